/**
 * Many requests of many kinds, of which none may fail by the gateway's doing: `npm run soak`.
 * Options: `--requests N`, `--weir FILE` (another program), `--seed N`. Exits 1 when an answer is
 * not whole, or the log does not hold each request once, or the provider saw another number.
 */
import http from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Children, startMock, stop } from './children.ts'
import { ask } from './client.ts'
import type { Question } from './client.ts'
import { readRssMib } from './cpu.ts'
import { countLogged } from './logged.ts'
import { readOptions } from './options.ts'
import { createRandom } from './random.ts'
import { slope } from './statistics.ts'
import { startWeir } from './weir.ts'

const AT_ONCE = 48
/** Each has a provider of its own, so that its next request meets the one socket it left there. */
const RACERS = 40
const IDLE_MS = 200
const RACE_SPREAD_MS = 5
const NEW_CONNECTION_SHARE = 0.2
const STREAM_SHARE = 0.5
const RACE_SHARE = 0.1
/** The heap finds its size in the first part of a run. */
const SETTLED_SHARE = 0.3
const MODELS = ['mock-1-0', 'mock-16-0', 'mock-16-0', 'mock-100-0', 'mock-400-0', 'mock-20-5']
const PROMPTS = [1, 1, 1, 1, 1, 1, 16, 16, 200].map((kib) => 'Объясни 模型! '.repeat(kib * 48))
const RACE_MODELS = Array.from({ length: RACERS }, (_, index) => `mock-16-0_${index}`)

const options = readOptions(process.argv.slice(2), { requests: '100000', weir: '', seed: '1' })
const total = Number(options.requests)
const random = createRandom(Number(options.seed))

const dir = mkdtempSync(path.join(os.tmpdir(), 'weir-soak-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
const children = new Children()
const steady = await startMock(children, [])
const closing = await startMock(children, ['--ports', String(RACERS), '--idle-ms', String(IDLE_MS)])
const weir = await startWeir(children, {
  dir,
  durability: 'async',
  models: [
    ...[...new Set(MODELS)].map((name) => ({ name, port: steady.ports[0] ?? 0 })),
    ...RACE_MODELS.map((name, index) => ({ name, port: closing.ports[index] ?? 0 })),
  ],
  ...(options.weir === '' ? {} : { program: options.weir }),
})

const startedAt = Date.now()
const kept = new http.Agent({ keepAlive: true, maxSockets: Infinity })
const faults = new Map<string, number>()
const memory: { x: number; y: number }[] = []
let [sent, answered, raced] = [0, 0, 0]
const watch = setInterval(watchProgress, 1_000)
const mixed = total - Math.floor(total * RACE_SHARE)
await Promise.all([
  ...Array.from({ length: AT_ONCE }, sendMixed),
  ...RACE_MODELS.map((model) => race(model)),
])
clearInterval(watch)

const seconds = (Date.now() - startedAt) / 1000
const logged = await countLogged({ port: weir.port, startedAt, expected: total })
const hits = (await steady.hits()) + (await closing.hits())
await stop(weir)
const settled = memory.slice(Math.floor(memory.length * SETTLED_SHARE))
const result = {
  requests: total,
  seconds,
  raced,
  faults: Object.fromEntries(faults),
  logged,
  provider_saw: hits,
  rss_first_mib: memory[0]?.y ?? null,
  rss_last_mib: memory.at(-1)?.y ?? null,
  rss_slope_mib_per_minute: slope(settled) * 60,
}
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
process.exit(faults.size === 0 && logged === total && hits === total ? 0 : 1)

async function sendMixed(): Promise<void> {
  while (sent < mixed) {
    sent += 1
    const agent = random() < NEW_CONNECTION_SHARE ? false : kept
    await put(pick(MODELS), agent)
  }
}

/** Asks again at the moment at which its provider closes the idle connection. */
async function race(model: string): Promise<void> {
  while (raced < total - mixed) {
    raced += 1
    const askedAt = performance.now()
    await put(model, kept)
    // What the way there and back takes is part of the provider's idle time.
    const wayMs = performance.now() - askedAt
    await sleep(Math.max(0, IDLE_MS - wayMs + (2 * random() - 1) * RACE_SPREAD_MS))
  }
}

async function put(model: string, agent: Question['agent']): Promise<void> {
  const stream = random() < STREAM_SHARE
  const { error } = await ask({ port: weir.port, model, stream, prompt: pick(PROMPTS), agent })
  answered += 1
  if (error !== null) faults.set(error, (faults.get(error) ?? 0) + 1)
}

function pick(values: readonly string[]): string {
  return values[Math.floor(random() * values.length)] ?? ''
}

function watchProgress(): void {
  memory.push({ x: (Date.now() - startedAt) / 1000, y: readRssMib(weir.pid) })
  const failed = [...faults.values()].reduce((sum, count) => sum + count, 0)
  const rss = memory.at(-1)?.y.toFixed(0)
  process.stderr.write(`soak: ${answered} of ${total}, ${failed} failed, RSS ${rss} MiB\n`)
}
