import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { Budget } from '../budget.ts'
import { makeDirectory, query } from '../fixtures/open.ts'
import { FIRST_MS, idOf } from '../fixtures/records.ts'
import { HotFile } from './hot-file.ts'
import { HOT_FILE, HOT_MIGRATIONS } from './hot-schema.ts'
import { Library } from './library.ts'
import { Queries } from './queries.ts'

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

/** Two requests as the first version wrote them: no later version has ever left a column out. */
const ROWS = [1, 2].map(
  (seq) => `
  INSERT INTO inference (seq, id, started_at, episode_id, dialect, function, variant,
    requested_model, model, provider, stream, outcome, status, latency_us, overhead_us, usage_told,
    usage_input, usage_output, input_tokens, output_tokens, cost_nano, config_hash, attempts, tags,
    input_preview, output_preview, part, segment, segment_index)
  VALUES (${seq}, x'${hexOf(seq)}', ${FIRST_MS + seq}, x'${hexOf(9)}', 1, 2, 3, 4, 4, 5, 0, 0, 200,
    1000000, 100, 1, 7, 3, 7, 3, 42, 6, 1, '{"user":"me"}', 'hello', 'hi', 0, 0, 0);
  INSERT INTO attempt (seq, position, id, number, reason, provider, provider_type, upstream_model,
    url, status, started_us, ended_us, bytes_out, bytes_in, reused_socket, stale_retry,
    may_have_been_billed, usage_told, usage_input, usage_output, usage_source, cost_nano)
  VALUES (${seq}, 0, x'${hexOf(seq + 100)}', 1, 7, 5, 8, 4, 9, 200, 10, 900000, 1, 2, 0, 0, 0, 1, 7,
    3, 10, 42);
  INSERT OR REPLACE INTO arrival VALUES (${Math.floor(FIRST_MS / 300_000)}, 1, ${seq});`,
)
const NAMES = `
  INSERT INTO dim (id, kind, name) VALUES (1, 'dialect', 'openai.chat'), (2, 'function', 'f'),
    (3, 'variant', 'v'), (4, 'model', 'gpt'), (5, 'provider', 'main'), (6, 'config', 'abc'),
    (7, 'reason', 'first'), (8, 'provider_type', 'openai'), (9, 'url', 'https://x'),
    (10, 'usage_source', 'provider');
  INSERT INTO tagkv VALUES (1, 'user', 'me');
  INSERT INTO tag VALUES (1, 1), (1, 2);`

test.each(HOT_MIGRATIONS.map((_, index) => index + 1))(
  'a file of schema %i opens, and what is in it is read right',
  (version) => {
    const path = join(directory.path, HOT_FILE)
    using db = new DatabaseSync(path)
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
    for (const migration of HOT_MIGRATIONS.slice(0, version)) db.exec(migration)
    db.exec(`${NAMES} ${ROWS.join('\n')} PRAGMA user_version = ${version}`)

    const hot = new HotFile(directory.path)
    while (hot.catchUp());
    hot.close(true)

    expect(query(path, 'PRAGMA user_version')).toEqual([{ user_version: HOT_MIGRATIONS.length }])
    if (version < HOT_MIGRATIONS.length) {
      const copy = `${path}.schema-${version}`
      expect(query(copy, 'PRAGMA user_version')).toEqual([{ user_version: version }])
      expect(query(copy, 'SELECT count(*) AS n FROM inference')).toEqual([{ n: 2 }])
    }
    expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const answers = new Queries(new Library(directory.path), new Budget(systemClock, 60_000))
    const tagged = { field: 'tag', key: 'user', op: '=', value: 'me', negated: false } as const
    const { rows } = answers.list({ terms: [tagged] }, { before: null, limit: 9 })
    expect(rows.map(({ id }) => id)).toEqual([idOf(2), idOf(1)])
    expect(answers.get(idOf(1))).toMatchObject({
      functionName: 'f',
      variantName: 'v',
      model: 'gpt',
      costNano: 42,
      payload: 'missing',
      record: { responseId: null, usage: { input: 7, cacheRead: null, output: 3 } },
      attemptRecords: [{ provider: 'main', cached: false, usage: { input: 7 }, costNano: 42 }],
    })
    // Sums of rows that a file had before it had sums are made after it has been opened.
    const all = { level: 'inference', period: 'all', by: ['model'] } as const
    const summed = version > SUMS_SINCE ? 0 : 2
    expect(answers.usage(all).reduce((sum, { count }) => sum + count, 0)).toBe(summed)
  },
)

/** The last schema without the hours' sums; rows put into later ones by hand are not in them. */
const SUMS_SINCE = HOT_MIGRATIONS.findIndex((sql) => sql.includes('CREATE TABLE rollup'))

test('a change of schema is all or nothing', () => {
  const path = join(directory.path, HOT_FILE)
  using db = new DatabaseSync(path)
  for (const migration of HOT_MIGRATIONS.slice(0, 1)) db.exec(migration)
  // The last step will find its table in the way.
  db.exec('CREATE TABLE rollup (n INTEGER); PRAGMA user_version = 1')
  const tables = () => query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
  const before = tables()
  expect(() => new HotFile(directory.path)).toThrow('already exists')
  expect(tables()).toEqual(before)
  expect(query(path, 'PRAGMA user_version')).toEqual([{ user_version: 1 }])
})

function hexOf(number: number): string {
  return idOf(number).replaceAll('-', '')
}

test('examples from before they had codes are found', () => {
  const path = join(directory.path, HOT_FILE)
  using db = new DatabaseSync(path)
  const version = HOT_MIGRATIONS.findIndex((sql) => sql.includes('CREATE TABLE example_code'))
  for (const migration of HOT_MIGRATIONS.slice(0, version)) db.exec(migration)
  const space = JSON.stringify(['f', 'v', ''])
  db.exec(`INSERT INTO dim (id, kind, name) VALUES (1, 'examples', '${space}');
    INSERT INTO example (id, space, sign, input, output) VALUES (x'01', 1, x'00000000', 'i', 'old');
    PRAGMA user_version = ${version}`)
  const vector = new Uint8Array(Float32Array.of(1, 2).buffer)
  db.prepare('INSERT INTO example_vector (seq, vector) VALUES (1, ?)').run(vector)

  const hot = new HotFile(directory.path)
  const of = { functionName: 'f', variantName: 'v', namespace: '' }
  const example = { ...of, id: idOf(1), input: 'i', output: 'new', embedding: [2, 1] }
  const changes = [{ kind: 'put_examples', examples: [example] }] as const
  hot.write({ records: [], begun: [], changes })
  hot.close(true)
  const answers = new Queries(new Library(directory.path), new Budget(systemClock, 60_000))
  const found = answers.nearestExamples(of, { embedding: [1, 2], k: 2, maxDistance: null })
  expect(found.map(({ output }) => output)).toEqual(['old', 'new'])
})
