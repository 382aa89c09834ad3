import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './process.ts'
import { pass } from './waiting.ts'

const PROGRAM: string = process.env['REDIS_SERVER'] ?? 'redis-server'

/** A real server that speaks Valkey's protocol, with a directory and a port of its own. */
export interface ValkeyServer extends AsyncDisposable {
  readonly url: string
}

export async function startValkey(more: readonly string[] = []): Promise<ValkeyServer> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-valkey-'))
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const server = spawn(PROGRAM, [...options, ...more], { stdio: 'ignore' })
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`Valkey ended with ${String(code)}.`)
  })
  ended.catch(() => {})
  while (!(await Promise.race([answers(port), ended]))) await pass(50)
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const gone = once(server, 'exit')
      server.kill()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
