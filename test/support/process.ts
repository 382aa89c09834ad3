import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const PROGRAM = join(import.meta.dirname, '../../bin/weir')

/** Weir as a user starts it: a process of its own, with a data directory that outlives it. */
export interface WeirProcess extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** Everything it has printed so far. */
  output(): string
  stop(signal: NodeJS.Signals): Promise<number | null>
  /** Nobody reads what it prints from now on. */
  deafen(): void
}

export interface StartOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Given to start again on what an earlier process left. */
  readonly dataDir?: string
}

export async function startWeir(options: StartOptions = {}): Promise<WeirProcess> {
  const own = options.dataDir === undefined
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'weir-data-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const address = ['--bind-address', `127.0.0.1:${port}`, '--data-dir', dataDir]
  const child = spawn(PROGRAM, [...address, ...(options.args ?? ['--default-config'])], {
    env: { PATH: process.env['PATH'], HOME: dataDir, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  child.stdout.on('data', (text: Buffer) => printed.push(text.toString()))
  child.stderr.on('data', (text: Buffer) => printed.push(text.toString()))
  const output = () => printed.join('')
  await answering(child, url, output)
  return {
    url,
    dataDir,
    pid: child.pid ?? 0,
    output,
    stop: (signal) => stop(child, signal),
    deafen: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    async [Symbol.asyncDispose]() {
      await stop(child, 'SIGKILL')
      if (own) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function answering(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const until = Date.now() + 45_000
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`Weir ended at once:\n${output()}`)
    const answer = await fetch(`${url}/status`).catch(() => null)
    if (answer?.ok) return
    await new Promise((done) => setTimeout(done, 20))
  }
  child.kill('SIGKILL')
  throw new Error(`Weir did not answer:\n${output()}`)
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  child.kill(signal)
  await once(child, 'exit')
  return child.exitCode
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
