/**
 * How the store bears many requests: `npm run bench:store -- --rows N`. Options: `--dir DIR` (kept
 * when named), `--rate N` (records a second at first; then as many as it can), `--hot-rows N` (in
 * millions of rows without texts, beside, for the queries), `--forget DAYS` (how many of the 30
 * days stay), `--json FILE`. Reports, and asserts nothing.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { decodeDialect } from '../src/api/dialects.ts'
import { completeRecord } from '../src/engine/complete.ts'
import { wireNamed } from '../src/providers/wires.ts'
import { readOptions } from './options.ts'
import { createRandom } from './random.ts'
import { summarize } from './statistics.ts'
import { Drafts } from './store/drafts.ts'
import { timeForgetting } from './store/forgetting.ts'
import { fillHot, repeatHot, sumHours } from './store/hot.ts'
import { timeQueries } from './store/queries.ts'
import { openBenchRecorder, recordAll } from './store/recording.ts'
import { timeReopening } from './store/reopening.ts'
import { Words } from './store/words.ts'

const HOUR_MS = 3_600_000
const HOURS = 720
const HOT_BASE = 250_000
const SAMPLE = 2000
const PACED_S = 20

const options = readOptions(process.argv.slice(2), {
  rows: '100000',
  'hot-rows': '0',
  dir: '',
  rate: '3000',
  forget: '',
  json: '',
})
const rows = Number(options.rows)
const dir =
  options.dir === '' ? mkdtempSync(path.join(os.tmpdir(), 'weir-store-bench-')) : options.dir
if (options.dir === '') process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
const random = createRandom(1)
const report: Record<string, unknown> = { node: process.version, cpus: os.cpus().length }

if (rows > 0) await benchTexts()
const hotRows = Number(options['hot-rows'])
if (hotRows > 0) await benchHot(path.join(dir, 'hot'))

const json = `${JSON.stringify(report, null, 2)}\n`
if (options.json !== '') writeFileSync(options.json, json)
process.stdout.write(json)
process.exit(0)

/** Said at once: what comes later may take long. */
function note(name: string, value: unknown): void {
  report[name] = value
  process.stderr.write(`store: ${name} ${JSON.stringify(value)}\n`)
}

async function benchTexts(): Promise<void> {
  const dataDir = path.join(dir, 'texts')
  mkdirSync(dataDir, { recursive: true })
  const drafts = new Drafts(new Words(random), random)
  const firstAt = Date.now() - HOURS * HOUR_MS
  const at = (row: number) => Math.floor(firstAt + (row / rows) * HOURS * HOUR_MS)
  const rate = Number(options.rate)
  const paced = Math.min(rows, rate * PACED_S)
  const recorder = openBenchRecorder(dataDir, { maxDays: null, maxBytes: null })
  await recorder.opened()
  note('recording_at_rate', await recordAll(recorder, drafts, { rows: paced, rate, at }))
  if (rows > paced) {
    const later = (row: number) => at(row + paced)
    const plan = { rows: rows - paced, rate: null, at: later }
    note('recording_at_most', await recordAll(recorder, drafts, plan))
  }
  await recorder.close()
  note('disk', diskOf(dataDir, drafts))
  note('queries', await timeQueries(dataDir, Date.now()))
  note('reopening_ms', summarize(await timeReopening(dataDir, 5)))
  if (options.forget !== '') {
    const plan = { days: Number(options.forget), mostS: 900 }
    note('retention', await timeForgetting(dataDir, drafts, plan))
  }
}

/** Bytes a request, beside what its record is as JSON. */
function diskOf(dataDir: string, drafts: Drafts): Record<string, number> {
  const files = readdirSync(dataDir).map((name) => ({
    name,
    bytes: statSync(path.join(dataDir, name)).size,
  }))
  const sizeOf = (start: string) =>
    files.filter(({ name }) => name.startsWith(start)).reduce((sum, { bytes }) => sum + bytes, 0)
  const readers = { request: decodeDialect, wire: wireNamed, price: () => null }
  let jsonBytes = 0
  for (let row = 0; row < SAMPLE; row += 1) {
    const record = completeRecord(drafts.at(Date.now()).draft, readers)
    jsonBytes += Buffer.byteLength(JSON.stringify(record)) / SAMPLE
  }
  const hot = sizeOf('weir.db') / rows
  const texts = sizeOf('payload') / rows
  return {
    json_bytes: jsonBytes,
    hot_bytes: hot,
    text_bytes: texts,
    share: (hot + texts) / jsonBytes,
  }
}

async function benchHot(dataDir: string): Promise<void> {
  if (!existsSync(path.join(dataDir, 'weir.db'))) {
    mkdirSync(dataDir, { recursive: true })
    const base = Math.min(hotRows, HOT_BASE)
    const times = Math.round(hotRows / base)
    const hours = Math.max(1, Math.round(HOURS / times))
    const firstAt = (Math.floor(Date.now() / HOUR_MS) - hours * times) * HOUR_MS
    const plan = { rows: base, firstAt, hours }
    note('filling_per_second', fillHot(dataDir, plan, random))
    repeatHot(dataDir, plan, times)
    sumHours(dataDir)
  }
  note('hot_bytes', statSync(path.join(dataDir, 'weir.db')).size / hotRows)
  note('hot_queries', await timeQueries(dataDir, Date.now()))
  note('hot_reopening_ms', summarize(await timeReopening(dataDir, 3)))
}
