/**
 * The gateway is killed under load, again and again, and what it acknowledged must still be there:
 * `npm run test:crash`. Options: `--kills N`, `--seed N`, `--weir FILE` (another program). With
 * `durability = "before_reply"`, an answer whose end has come is an acknowledged one. How long it
 * takes to start again is told and decides nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Children, killGroup, startMock, stop } from '../../bench/children.ts'
import { ask } from '../../bench/client.ts'
import { readOptions } from '../../bench/options.ts'
import { createRandom } from '../../bench/random.ts'
import { startWeir } from '../../bench/weir.ts'
import type { Weir } from '../../bench/weir.ts'
import { findLost, findSick } from './evidence.ts'
import { judge } from './verdict.ts'

const AT_ONCE = 16
const MODELS = ['mock-1-0', 'mock-16-0', 'mock-100-0', 'mock-20-5']
const LONGEST_WAIT_MS = 30_000
const LONGEST_LIFE_MS = 500

const options = readOptions(process.argv.slice(2), { kills: '50', weir: '', seed: '1' })
const kills = Number(options.kills)
const random = createRandom(Number(options.seed))

const dir = mkdtempSync(path.join(os.tmpdir(), 'weir-crash-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
const children = new Children()
const mock = await startMock(children, [])

const acknowledged: string[] = []
/** How many of them a restart has been asked for. */
let checked = 0
const faults: string[] = []
const unanswered: string[] = []
const restartsMs: number[] = []
for (let kill = 1; kill <= kills; kill += 1) {
  const weir = await open()
  await liveAndDie(weir)
  const count = acknowledged.length - checked
  process.stderr.write(`crash: kill ${kill} of ${kills}, ${count} acknowledged\n`)
}
const last = await open()
faults.push(...(await findLost(last.port, acknowledged)))
await stop(last)
faults.push(...findSick(path.join(dir, 'data')))

const run = { kills, acknowledged: acknowledged.length, faults, unanswered, restartsMs }
const { passed, summary } = judge(run)
process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
process.exit(passed ? 0 : 1)

/** Starts it on what the last one left behind, and looks through that. */
async function open(): Promise<Weir> {
  const models = MODELS.map((name) => ({ name, port: mock.ports[0] ?? 0 }))
  const program = options.weir === '' ? {} : { program: options.weir }
  const weir = await startWeir(children, { dir, models, durability: 'before_reply', ...program })
  restartsMs.push(weir.startMs)
  faults.push(...(await findLost(weir.port, acknowledged.slice(checked))))
  checked = acknowledged.length
  faults.push(...findSick(path.join(dir, 'data')))
  return weir
}

async function liveAndDie(weir: Weir): Promise<void> {
  const agent = new http.Agent({ keepAlive: true })
  const life = new AbortController()
  const clients = Array.from({ length: AT_ONCE }, async () => {
    while (!life.signal.aborted) {
      const model = MODELS[Math.floor(random() * MODELS.length)] ?? ''
      const stream = random() < 0.5
      const { error, id } = await ask({ port: weir.port, model, stream, prompt: 'Привет', agent })
      if (error === null && id !== null) acknowledged.push(id)
      else if (!life.signal.aborted) unanswered.push(error ?? 'an answer without an id')
    }
  })
  // On a busy machine nothing may have been acknowledged yet: then the kill would prove nothing.
  const before = checked + Math.ceil(random() * AT_ONCE)
  for (let ms = 0; acknowledged.length < before && ms < LONGEST_WAIT_MS; ms += 5) await sleep(5)
  await sleep(random() * LONGEST_LIFE_MS)
  life.abort()
  killGroup(weir.child)
  await Promise.all(clients)
  agent.destroy()
}
