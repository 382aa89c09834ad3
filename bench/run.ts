/**
 * What the gateway costs, beside others, on this machine: `npm run bench`. Options: `--rounds N`,
 * `--only weir,nginx`, `--json FILE` (`-`: to stdout, in place of the table), `--quick true`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Children, startMock } from './children.ts'
import { CONTENDERS } from './contenders.ts'
import type { Running, Site } from './contenders.ts'
import { readCpu, readRssMib } from './cpu.ts'
import { Meter } from './measure.ts'
import type { Sample } from './measure.ts'
import { readOptions } from './options.ts'
import { FULL, QUICK, makePhases, makeWarmUp } from './phases.ts'
import type { Phase } from './phases.ts'
import { makeReport, printReport } from './report.ts'

const LONGEST_MS = 30 * 60_000

const options = readOptions(process.argv.slice(2), {
  rounds: '',
  only: Object.keys(CONTENDERS).join(','),
  json: '',
  quick: 'false',
})
const quick = options.quick === 'true'
const rounds = options.rounds === '' ? (quick ? 2 : 5) : Number(options.rounds)
const effort = quick ? QUICK : FULL
const idleMs = quick ? 3_000 : 10_000

const dir = mkdtempSync(path.join(os.tmpdir(), 'weir-bench-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
const children = new Children()
setTimeout(() => fail('The bench took too long.'), LONGEST_MS).unref()

const mock = await startMock(children, [])
const mockPort = mock.ports[0] ?? 0
const meter = new Meter(children.tool('load.ts', []), mockPort)
const absent: Record<string, string> = {}
const running = await startAll({ children, mockPort, dir })
const atRest = await watchIdle(running)
await warmUp(running, makeWarmUp(effort))
const phases = makePhases(effort)
const samples = await measureAll(running, phases)

const vitals = running.map(({ name, server }, index) => ({
  name,
  start_ms: server.startMs,
  idle_cpu_percent: atRest[index]?.cpuPercent ?? 0,
  rss_rest_mib: atRest[index]?.rssMib ?? 0,
  rss_load_mib: readRssMib(server.pid),
}))
const report = makeReport(samples, phases, { rounds, vitals, absent })
const json = `${JSON.stringify(report, null, 2)}\n`
if (options.json !== '' && options.json !== '-') writeFileSync(options.json, json)
process.stdout.write(options.json === '-' ? json : printReport(report))
process.exit(0)

async function startAll(site: Site): Promise<Running[]> {
  const started: Running[] = []
  for (const name of options.only.split(',')) {
    const start = CONTENDERS[name]
    if (start === undefined) fail(`There is no contender named ${name}.`)
    try {
      say(`start ${name}`)
      started.push(await start(site))
    } catch (thrown) {
      absent[name] = thrown instanceof Error ? thrown.message : String(thrown)
      say(`${name} is absent: ${absent[name]}`)
    }
  }
  return started
}

async function watchIdle(contenders: readonly Running[]) {
  say('idle')
  await sleep(1_000)
  const before = contenders.map(({ server }) => readCpu(server.pid).treeUs)
  await sleep(idleMs)
  return contenders.map(({ server }, index) => ({
    cpuPercent: (readCpu(server.pid).treeUs - (before[index] ?? 0)) / idleMs / 10,
    rssMib: readRssMib(server.pid),
  }))
}

async function warmUp(contenders: readonly Running[], warmUps: readonly Phase[]): Promise<void> {
  for (const contender of contenders) {
    say(`warm ${contender.name}`)
    for (const phase of warmUps) {
      const { errorKinds, errors } = await meter.measure(contender, phase, phase.pace(0))
      if (errors > 0) say(`${contender.name}: ${JSON.stringify(errorKinds)}`)
    }
  }
}

/** Rounds are interleaved, and each second one goes in reverse: noise falls on all alike. */
async function measureAll(
  contenders: readonly Running[],
  all: readonly Phase[],
): Promise<Sample[]> {
  const taken: Sample[] = []
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`)
    const order = round % 2 === 0 ? contenders : contenders.toReversed()
    taken.push(...(await measureRound(order, all)))
  }
  return taken
}

async function measureRound(order: readonly Running[], all: readonly Phase[]): Promise<Sample[]> {
  const taken: Sample[] = []
  const saturated = new Map<string, number>()
  for (const phase of all) {
    for (const contender of order) {
      const pace = phase.pace(saturated.get(contender.name) ?? 0)
      const sample = await meter.measure(contender, phase, pace)
      if (!saturated.has(contender.name)) saturated.set(contender.name, sample.perSecond)
      taken.push(sample)
    }
  }
  return taken
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}

function fail(reason: string): never {
  say(reason)
  process.exit(1)
}
