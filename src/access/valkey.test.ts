import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAnswerCache } from '../engine/cache/answer-cache.ts'
import { systemClock } from '../lib/clock.ts'
import { ValkeyCache } from './valkey.ts'

const PROGRAM: string = process.env['REDIS_SERVER'] ?? 'redis-server'
const folder = mkdtempSync(join(tmpdir(), 'weir-valkey-'))
let server: ChildProcess
let port = 0

beforeAll(async () => {
  port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  server = spawn(PROGRAM, options, { stdio: 'ignore' })
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 50))
}, 60_000)

afterAll(async () => {
  const gone = new Promise((resolve) => server.once('exit', resolve))
  server.kill()
  await gone
  rmSync(folder, { recursive: true, force: true })
})

const answer = {
  at: 1_700_000_000_000,
  contentType: 'text/event-stream',
  body: 'data: ü\u00ff\n\n',
}

test('F246 Valkey gives back what was kept, to every gateway, for as long as it is told', async () => {
  const url = `redis://127.0.0.1:${port}`
  const one = new ValkeyCache(url, 3600)
  const other = new ValkeyCache(url, 1)
  expect(await one.get('k')).toBeNull()
  await one.put('k', answer)
  await other.put('short', answer)
  expect(await other.get('k')).toEqual(answer)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(await one.get('short')).toBeNull()
  expect(await one.get('k')).toEqual(answer)
  await one.close()
  await other.close()
})

test('F246 without a Valkey every look is a miss, and nothing fails', async () => {
  const valkey = new ValkeyCache(`redis://127.0.0.1:${await freePort()}`, 3600)
  const cache = openAnswerCache(valkey, systemClock)
  expect(await cache.find('k', null)).toBeNull()
  cache.keep('k', answer)
  // What was kept here is known here all the same.
  expect(await cache.find('k', null)).toEqual(answer)
  await valkey.close()
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const free = (probe.address() as AddressInfo).port
  await new Promise((resolve) => probe.close(resolve))
  return free
}

function answers(at: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(at, '127.0.0.1', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
