import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { attemptOf, recordOf } from '../store/fixtures/records.ts'
import { SqliteEngine } from '../store/sqlite/engine.ts'
import { prices, type PricesArguments } from './prices.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-prices-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

test('lists what is known of a model, ours and the user’s', () => {
  writeOwn({ provider: 'vllm', model: 'gpt-4o*', from: '2020-01-01', input: 0 })
  const lines = run(['list', 'gpt-4o-mini']).out.split('\n')
  expect(lines[0]).toMatch(/^PROVIDER +MODEL +FROM +TO +INPUT +CACHED +OUTPUT +ABOVE +SOURCE$/)
  expect(lines[1]).toMatch(/^vllm +gpt-4o\* +2020-01-01 +0$/)
  expect(lines[2]).toMatch(/^openai,azure +gpt-4o-mini +2024-07-18 +0\.15 +0\.075 +0\.6 +https:/)
  expect(run([]).out.split('\n').length).toBeGreaterThan(100)
})

test('says so when it knows no price', () => {
  expect(() => run(['list', 'no-such-model'])).toThrow('No price is known for no-such-model.')
})

test('checks a file', () => {
  const file = writeOwn({ provider: 'vllm', model: '*', from: '2020-01-01', input: 0 })
  expect(run(['check', file]).out).toBe(`ok: ${file}, 1 entry\n`)
  writeOwn({ provider: 'vllm', model: '*', from: 'today', input: 0 })
  expect(() => run(['check', file])).toThrow('entries[0].from: write a day like "2026-01-31".')
})

test.each([
  [['chek'], 'There is no `weir prices chek`: did you mean `check`?'],
  [['check'], 'Write the file: weir prices check prices.json'],
  [['list', 'a', 'b'], '`b` is one word too many.'],
  [['reprice', 'gpt'], '`gpt` is one word too many.'],
])('%j is told what is wrong', (words, message) => {
  expect(() => run(words)).toThrow(message)
})

test('prices past records again', () => {
  const usage = { ...UNKNOWN_USAGE, input: 1_000_000, output: 0 }
  const attempt = attemptOf(1, { usage, upstreamModel: 'gpt-4o-mini' })
  const engine = new SqliteEngine(dataDir)
  engine.commit(engine.prepare([recordOf(1, { attempts: [attempt], costNano: null })]), [], [])
  engine.close(true)
  const dry = run(['reprice'], { dryRun: true })
  expect(dry.out).toBe('1 of 1 costs would change: $0.000000 before, $0.150000 after\n')
  expect(run(['reprice'], { since: '2026-01-01', model: 'gpt-4o-mini' })).toEqual({
    out: '1 of 1 costs changed: $0.000000 before, $0.150000 after\n',
    progress: '\r1 of 1 requests\n',
  })
  writeOwn({ provider: 'openai', model: 'gpt-4o-mini', from: '2020-01-01', input: 1 })
  expect(run(['reprice']).out).toContain('1 of 1 costs changed: $0.150000 before, $1.000000 after')
})

test('refuses a day that is none, and a directory without records', () => {
  expect(() => run(['reprice'], { since: 'May' })).toThrow('--since takes a day like 2026-01-31')
  expect(() => run(['reprice'])).toThrow('There are no records in')
})

function writeOwn(entry: object): string {
  const file = join(dataDir, 'prices.json')
  writeFileSync(file, JSON.stringify({ entries: [entry] }))
  return file
}

function run(words: string[], options: Partial<PricesArguments> = {}) {
  const written = { out: '', progress: '' }
  const args = { words, dataDir, priceFile: null, since: null, model: null, dryRun: false }
  prices(
    { ...args, ...options },
    {
      out: (text) => (written.out += text),
      progress: (text) => (written.progress += text),
    },
  )
  return written
}
