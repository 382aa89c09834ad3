import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { Budget } from '../store/budget.ts'
import { makeDirectory, openTestRecorder, until } from '../store/fixtures/open.ts'
import { FIRST_MS, idOf, recordOf } from '../store/fixtures/records.ts'
import { SqliteEngine } from '../store/sqlite/engine.ts'
import { StoreFault } from '../store/sqlite/fault.ts'
import { Library } from '../store/sqlite/library.ts'
import { Queries } from '../store/sqlite/queries.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { backup } from './backup.ts'
import { compact } from './compact.ts'
import { doctor } from './doctor.ts'
import { exportAll } from './export.ts'
import { query } from './query.ts'
import { restore } from './restore.ts'

let directory: ReturnType<typeof makeDirectory>
let dataDir: string
beforeEach(() => {
  directory = makeDirectory()
  dataDir = join(directory.path, 'data')
})
afterEach(() => directory.remove())

const DAY = 86_400_000
const path = (name: string) => join(directory.path, name)
const answers = (dir = dataDir) => new Queries(new Library(dir), new Budget(systemClock, 60_000))
const wordsOf = (...argv: string[]): Arguments => readArguments(argv, {})

/** A request an hour; each commit its own. */
function write(count: number, dir = dataDir): void {
  const engine = new SqliteEngine(dir)
  for (let number = 1; number <= count; number++) {
    const record = recordOf(number, { startedAt: FIRST_MS + number * 3_600_000 })
    engine.commit(engine.prepare([record]), [], [])
  }
  engine.close(true)
}

async function printed(sql: string, ...flags: string[]): Promise<string> {
  let text = ''
  await query(wordsOf('query', sql, ...flags).words, dataDir, (part) => (text += part))
  return text
}

test('copies the records while they are being written, and puts them back', async () => {
  const { recorder } = openTestRecorder(dataDir)
  for (let number = 1; number <= 300; number++) recorder.add(recordOf(number), 3000)
  await until(() => recorder.health().writtenRows > 0)
  const said = backup(wordsOf('backup', path('copy')).words, dataDir)
  expect(said).toMatch(/copy: 2 files, .* KB\n/)
  expect(() => restore(wordsOf('restore', path('copy')).words, dataDir, FIRST_MS)).toThrow(
    'Another Weir is using',
  )
  await recorder.close()

  rmSync(dataDir, { recursive: true })
  restore(wordsOf('restore', path('copy')).words, dataDir, FIRST_MS)
  const { rows } = answers().list({ terms: [] }, { before: null, limit: 1000 })
  expect(rows.length).toBeGreaterThan(0)
  for (const { id } of rows) expect(answers().get(id)).toMatchObject({ payload: 'present' })
  // Whoever restores over something keeps what was there.
  expect(restore(wordsOf('restore', path('copy')).words, dataDir, FIRST_MS)).toContain(
    'before-restore-20261123T120000000Z',
  )
  expect(statSync(join(dataDir, 'weir.db')).mode & 0o777).toBe(0o600)
})

test('copies rows alone into a file', () => {
  write(3)
  backup(wordsOf('backup', path('rows.db')).words, dataDir)
  restore(wordsOf('restore', path('rows.db')).words, path('other'), FIRST_MS)
  expect(answers(path('other')).get(idOf(2))).toMatchObject({ payload: 'missing', model: 'gpt' })
  expect(() => backup(wordsOf('backup', path('rows.db')).words, dataDir)).toThrow('there already')
  expect(() => restore(wordsOf('restore', path('none')).words, dataDir, 0)).toThrow('There is no')
})

test('refuses to restore what is damaged', () => {
  write(200)
  backup(wordsOf('backup', path('copy')).words, dataDir)
  damage(path('copy/weir.db'))
  expect(() => restore(wordsOf('restore', path('copy')).words, path('other'), 0)).toThrow('damaged')
})

test('packs texts of single requests together', () => {
  write(400)
  const before = answers().get(idOf(77))
  const said = compact(wordsOf('compact').words, dataDir, () => {})
  expect(said).toMatch(/before, .* after; texts of 400 requests packed again/)
  expect(answers().get(idOf(77))).toEqual(before)
  for (const number of [1, 64, 65, 400]) {
    expect(answers().get(idOf(number))).toMatchObject({ payload: 'present' })
  }
  expect(compact(wordsOf('compact').words, dataDir, () => {})).toContain('texts of 0 requests')
})

test('answers questions in SQL, and does nothing else', async () => {
  write(3)
  expect(await printed('SELECT id, model, latency_ms FROM inferences ORDER BY seq')).toBe(
    ['ID', 'MODEL', 'LATENCY_MS']
      .join(' ')
      .replace('ID ', `ID${' '.repeat(36)}`)
      .replace('MODEL ', 'MODEL  ') +
      `\n${[1, 2, 3].map((number) => `${idOf(number)}  gpt    1000.00${number}\n`).join('')}`,
  )
  expect(await printed("SELECT key, value FROM tags WHERE value = 'u2'", '--format', 'json')).toBe(
    '[\n{"key":"user","value":"u2"}\n]\n',
  )
  expect(await printed("SELECT 'a\"b' AS x, 1.5 AS y, NULL AS z", '--format', 'csv')).toBe(
    'x,y,z\r\n"a""b",1.5,\r\n',
  )
  for (const view of ['model_inferences', 'feedback', 'hours', 'documents']) {
    expect(await printed(`SELECT count(*) AS n FROM ${view}`)).toMatch(/^N\n\d+\n$/)
  }
  for (const sql of [
    'DELETE FROM inference',
    'CREATE TABLE x (y)',
    `ATTACH '${path('x.db')}' AS x`,
    'PRAGMA journal_mode = DELETE',
    'nonsense',
  ]) {
    await expect(printed(sql)).rejects.toThrow(/not authorized|prohibited|syntax error|readonly/)
  }
  for (const [sql, said] of [
    ['SELECT streamed FROM inferences', 'no such column: streamed (did you mean stream?)'],
    ['SELECT i.modle FROM inferences i', 'no such column: i.modle (did you mean model?)'],
    ['SELECT zzzzzzzz FROM inferences', 'zzzzzzzz (SELECT * shows all columns)'],
    ['SELECT * FROM infrences', 'no such table: infrences (did you mean inferences?)'],
    ['SELECT * FROM x', 'x (there are inferences, model_inferences, feedback, tags, '],
    ["SELECT json_extract('x', '$')", 'malformed JSON.'],
    ['', 'The question cannot be answered: The SQL query contains no statements.'],
  ] as const) {
    const asked = printed(sql)
    await expect(asked).rejects.toThrow(StoreFault)
    await expect(asked).rejects.toThrow(said)
  }
  await expect(printed('SELECT 1', '--format', 'xml')).rejects.toThrow('--format takes table or')
})

test('exports requests with their texts, as lines and as Parquet', async () => {
  write(500)
  const flags = ['--since', '2026-11-24', '--until', '2026-11-26', '--output']
  await exportAll(wordsOf('export', ...flags, path('a.jsonl')).words, dataDir, process.stdout)
  const lines = readFileSync(path('a.jsonl'), 'utf8').trim().split('\n')
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows).toHaveLength(48)
  expect(rows[0]).toMatchObject({
    id: idOf(12),
    started_at: '2026-11-24T00:00:00.000Z',
    model: 'gpt',
    cost_usd: 0.001234567,
    input: [{ role: 'user', content: [{ type: 'text', text: 'question 12' }] }],
    model_inferences: [{ provider: 'main', raw_response: '{"answer":12}' }],
  })
  const parquet = wordsOf('export', '--format', 'parquet', '--output', path('a.parquet'))
  await exportAll(parquet.words, dataDir, process.stdout)
  const file = await asyncBufferFromFile(path('a.parquet'))
  const read = await parquetReadObjects({ file })
  expect(read).toHaveLength(500)
  expect(read[11]).toMatchObject({
    id: idOf(12),
    started_at: new Date('2026-11-24T00:00:00Z'),
    stream: false,
    status: 200,
    ttft_ms: null,
    latency_ms: 1000.012,
    output: [{ type: 'text', text: 'answer 12' }],
  })
  await expect(
    exportAll(wordsOf('export', '--format', 'parquet').words, dataDir, process.stdout),
  ).rejects.toThrow('Parquet needs a file')
})

test('the doctor says what is well and what is not', async () => {
  const look = async (...flags: string[]) => {
    const args = wordsOf('doctor', '--default-config', '--bind-address', '127.0.0.1:0', ...flags)
    return doctor(args, {}, { dataDir, now: FIRST_MS + 100 * DAY })
  }
  expect(await look()).toMatchObject({ healthy: true })
  write(300)
  const well = await look()
  expect(well.text).toMatch(/ok +weir\.db +Sound, 0\.\d MB\./)
  expect(well.text).toMatch(/ok +gateway +None runs/)
  damage(join(dataDir, 'weir.db'))
  const ill = await look('--format', 'json')
  expect(ill.healthy).toBe(false)
  const findings = JSON.parse(ill.text) as { about: string; state: string; detail: string }[]
  expect(findings.find(({ about }) => about === 'weir.db')).toMatchObject({ state: 'fail' })
})

test('reads what still reads of a damaged file', async () => {
  write(600)
  const damaged = path('data/weir.db.corrupt-20261123T120000000Z')
  copyFileSync(join(dataDir, 'weir.db'), damaged)
  rmSync(join(dataDir, 'weir.db'))
  damage(damaged)
  mkdirSync(path('empty'))
  const args = wordsOf('doctor', '--salvage', damaged)
  const { text } = await doctor(args, {}, { dataDir, now: FIRST_MS })
  const [, read, added, lost] =
    /(\d+) requests read, (\d+) of them added, (\d+) do not/.exec(text) ?? []
  expect(Number(read)).toBeGreaterThan(400)
  expect(added).toBe(read)
  expect(Number(read) + Number(lost)).toBe(600)
  const { rows } = answers().list({ terms: [] }, { before: null, limit: 1000 })
  expect(rows).toHaveLength(Number(read))
  for (const { id } of rows.slice(0, 20)) {
    expect(answers().get(id)).toMatchObject({ payload: 'present' })
  }
  expect(readdirSync(dataDir)).toContain('weir.db')
})

/** Overwrites a page in the middle of the rows. */
function damage(file: string): void {
  const pages = new DatabaseSync(file)
  const page = pages
    .prepare(
      "SELECT pageno FROM dbstat WHERE name = 'inference' AND pagetype = 'leaf' LIMIT 1 OFFSET 5",
    )
    .get()?.['pageno']
  pages.exec('PRAGMA journal_mode = DELETE')
  pages.close()
  const bytes = readFileSync(file)
  bytes.fill(0xa5, (Number(page) - 1) * 4096, Number(page) * 4096)
  writeAll(file, bytes)
}

function writeAll(file: string, bytes: Buffer): void {
  rmSync(file)
  writeFileSync(file, bytes, { mode: 0o600 })
}
