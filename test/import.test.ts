import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClickHouse, startClickHouse } from './support/clickhouse.ts'
import {
  asked,
  filledClickHouse,
  filledPostgres,
  imported,
  type Json,
  killed,
} from './support/importing.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import {
  EXAMPLE,
  HASH_NUMBER,
  OLD_INFERENCE,
  postgresInserts,
  tensorZeroRows,
  uuidOf,
} from './support/tensorzero-data.ts'

const PATIENCE_MS = 240_000

const folder = mkdtempSync(join(tmpdir(), 'weir-import-'))
let postgres: PostgresServer
let clickHouse: ClickHouse
beforeAll(async () => {
  postgres = await startPostgres()
  clickHouse = await startClickHouse()
}, PATIENCE_MS)
afterAll(async () => {
  await Promise.all([postgres[Symbol.asyncDispose](), clickHouse[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

let directories = 0
const newDirectory = () => join(folder, `data-${++directories}`)

const postgresWith = (inferences: number) => filledPostgres(postgres, inferences)
const clickHouseWith = (inferences: number) =>
  filledClickHouse(clickHouse, `tensorzero_${++directories}`, inferences)

const SOURCES = [
  { name: 'PostgreSQL', fill: postgresWith },
  { name: 'ClickHouse', fill: clickHouseWith },
] as const

describe.each(SOURCES)('from $name', { timeout: PATIENCE_MS }, ({ fill }) => {
  test('brings everything over, as if it had been recorded here, and twice the same as once', async () => {
    const url = await fill(5)
    const dataDir = newDirectory()
    // By another name nothing is known of what was brought over already.
    for (const address of [url, url.replace('127.0.0.1', 'localhost')]) {
      const { code, out, err } = await imported(address, dataDir)
      expect(err).toContain('"seconds_left"')
      expect(code, err).toBe(0)
      const told = JSON.parse(out) as { imported: { kind: string; rows: number }[] }
      const rows = Object.fromEntries(told.imported.map((each) => [each.kind, each.rows]))
      expect(rows).toMatchObject({ inferences: 5, float_feedback: 2, chat_datapoints: 2 })
    }
    await using weir = await asked(dataDir)
    const { ask, gateway } = weir

    const greeted = await weir.inferences({ function_name: 'greet' })
    expect(greeted.map((each) => each['inference_id'])).toEqual([uuidOf(5), uuidOf(3), uuidOf(1)])
    expect(greeted[2]).toMatchObject({
      type: 'chat',
      variant_name: 'short',
      episode_id: uuidOf(1, 1),
      timestamp: '2026-11-20T12:00:01Z',
      input: {
        system: 'Be kind.',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Question 1' }] }],
      },
      output: [
        { type: 'text', text: 'Hello 1' },
        { type: 'tool_call', name: 'look', arguments: { at: 1 } },
      ],
      allowed_tools: ['look'],
      additional_tools: [{ name: 'extra' }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      inference_params: { chat_completion: { temperature: 0.5 } },
      tags: { user: 'u1' },
      processing_time_ms: 100,
      snapshot_hash: BigInt(HASH_NUMBER).toString(16),
    })
    const [extracted] = await weir.inferences({
      filters: { type: 'tag', key: 'user', value: 'u2', comparison_operator: '=' },
    })
    expect(extracted).toMatchObject({
      type: 'json',
      function_name: 'extract',
      input: { messages: [{ content: [{ type: 'template', name: 'user', arguments: { n: 2 } }] }] },
      output: { raw: '{"n":2}', parsed: { n: 2 } },
      output_schema: { type: 'object' },
    })
    expect(await ask(`/internal/model_inferences/${uuidOf(1)}`)).toEqual({
      model_inferences: [
        {
          id: uuidOf(1, 2),
          inference_id: uuidOf(1),
          raw_request: '{"model":"gpt-1","n":1}',
          raw_response: '{"answer":1}',
          model_name: 'gpt',
          model_provider_name: 'openai',
          input_tokens: 12,
          output_tokens: 5,
          provider_cache_read_input_tokens: 2,
          response_time_ms: 90,
          timestamp: '2026-11-20T12:00:01Z',
          system: 'Be kind.',
          input_messages: [{ role: 'user', content: [{ type: 'text', text: 'Question 1' }] }],
          output: [
            { type: 'text', text: 'Hello 1' },
            {
              type: 'tool_call',
              id: 'call_1',
              name: 'look',
              arguments: '{"at":1}',
            },
          ],
          cached: false,
          cost: 0.001234567,
        },
      ],
    })

    const reads = gateway.engine.stored?.reads
    const page = await reads?.list({ terms: [] }, { before: null, limit: 10 })
    const log = page?.rows ?? []
    expect(log.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1].map((number) => uuidOf(number)))
    expect(log[4]).toMatchObject({
      functionName: 'greet',
      model: 'gpt',
      provider: 'openai',
      outcome: 'ok',
      inputTokens: 12,
      outputTokens: 5,
      costNano: 1_234_567,
      latencyUs: 100_000,
      inputPreview: 'Question 1',
      outputPreview: 'Hello 1 look({"at":1})',
    })
    expect(log[3]).toMatchObject({ inputPreview: 'Question 2', outputPreview: '{"n":2}' })

    const statistics = (await reads?.feedbackByVariant({ functionName: 'greet' })) ?? []
    expect(
      statistics.map(({ metricName, variantName, count }) => [metricName, variantName, count]),
    ).toEqual(expect.arrayContaining([['stars', 'short', 2]]))
    expect(statistics.map(({ metricName }) => metricName).toSorted()).toEqual([
      'good',
      'solved',
      'stars',
    ])
    expect(await reads?.feedbackOf(uuidOf(1), { limit: 9 })).toMatchObject([
      { type: 'demonstration', value: [{ type: 'text', text: 'Hello!' }], tags: { by: 'me' } },
      { type: 'float', metricName: 'stars', value: 4.5, level: 'inference' },
      { type: 'boolean', metricName: 'good', value: true },
    ])
    expect(await reads?.feedbackById(uuidOf(2, 3))).toMatchObject({ level: 'episode' })
    expect(await reads?.feedbackById(uuidOf(5, 3))).toMatchObject({ value: 'well done' })

    const { datapoints } = (await ask('/v1/datasets/tests/list_datapoints', {})) as {
      datapoints: Json[]
    }
    expect(datapoints.map((each) => each['id'])).toEqual([uuidOf(3, 4), uuidOf(1, 4)])
    expect(datapoints[1]).toMatchObject({
      type: 'chat',
      name: 'case 1',
      output: [{ type: 'text', text: 'Hi' }],
      source_inference_id: uuidOf(1),
      is_custom: true,
      tags: { set: 'a' },
    })
    expect(await ask(`/internal/config/${HASH_NUMBER}`)).toMatchObject({
      config: { functions: { greet: { type: 'chat' } } },
      extra_templates: { a: 'b' },
      tags: { by: 'ci' },
    })
    const runs = await ask('/internal/workflow_evaluations/list_runs')
    expect(runs['runs']).toMatchObject([
      { id: uuidOf(1, 6), project_name: 'p', name: 'first', variant_pins: { greet: 'short' } },
    ])
    const episode = { collection: 'workflow_episode', key: uuidOf(2, 6) }
    expect(await reads?.document(episode)).toMatchObject({ run_id: uuidOf(1, 6), task_name: 'one' })
  })
})

describe('an import', { timeout: PATIENCE_MS }, () => {
  test('that is killed goes on where it was: nothing twice, nothing missing', async () => {
    const url = await postgresWith(900)
    const dataDir = newDirectory()
    for (const afterMs of [0, 150]) await killed(url, dataDir, afterMs)
    const { code, out } = await imported(url, dataDir)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      imported: expect.arrayContaining([{ kind: 'inferences', rows: 900, unread: 0, reasons: [] }]),
    })
    await using weir = await asked(dataDir)
    const found = await weir.inferences({ limit: 2000 })
    expect(found.map((each) => each['inference_id'])).toEqual(
      Array.from({ length: 900 }, (_, index) => uuidOf(900 - index)),
    )
  })

  test('brings what came later the next time, into PostgreSQL too', async () => {
    const url = await postgresWith(3)
    const database = new URL(url).pathname.slice(1)
    const store = { WEIR_POSTGRES_URL: url }
    expect((await imported(url, newDirectory(), store)).code).toBe(0)
    const { chat_inferences: later = [], chat_inference_data: texts = [] } = tensorZeroRows(5)
    const more = { chat_inferences: later.slice(2), chat_inference_data: texts.slice(2) }
    await postgres.query(postgresInserts(more), database)
    expect((await imported(url, newDirectory(), store)).code).toBe(0)
    const rows = await postgres.query('SELECT id FROM weir.inference ORDER BY seq', database)
    expect(rows.map(({ id }) => String(id))).toEqual([1, 2, 3, 5].map((number) => uuidOf(number)))
    const feedback = await postgres.query('SELECT count(*) AS n FROM weir.feedback', database)
    expect(Number(feedback[0]?.['n'])).toBe(6)
  })

  test('fills the tables of a ClickHouse that keeps the records', async () => {
    const url = await postgresWith(3)
    const database = `target_${++directories}`
    const store = { TENSORZERO_CLICKHOUSE_URL: clickHouse.url(database) }
    expect(await imported(url, newDirectory(), store)).toMatchObject({ code: 0 })
    const counts = ['WeirInference', 'ChatInference', 'JsonInference', 'ModelInference']
    const feedback = ['FloatMetricFeedback', 'WeirFeedback', 'ChatInferenceDatapoint FINAL']
    const found = [...counts, ...feedback].map(async (table) => {
      const text = await clickHouse.query(`SELECT count() FROM ${table}`, database)
      return Number(text)
    })
    expect(await Promise.all(found)).toEqual([3, 2, 1, 3, 2, 6, 2])
    const itself = await imported(clickHouse.url(database), newDirectory(), store)
    expect(itself.code).toBe(1)
    expect(itself.err).toContain('is the store itself')
  })

  test('names rows that cannot be read, and reads those with older words, and examples', async () => {
    const url = await clickHouseWith(0)
    const database = new URL(url).pathname.slice(1)
    const rows = [
      ['ChatInference', OLD_INFERENCE],
      ['ChatInference', { ...OLD_INFERENCE, id: uuidOf(7), input: '{oh no' }],
      ['DynamicInContextLearningExample', EXAMPLE],
    ] as const
    for (const [table, row] of rows) {
      const text = JSON.stringify(row)
      await clickHouse.query(`INSERT INTO ${table} FORMAT JSONEachRow ${text}`, database)
    }
    await clickHouse.query('ALTER TABLE ChatInference DROP COLUMN dynamic_provider_tools', database)
    const dataDir = newDirectory()
    const { code, out } = await imported(url, dataDir)
    expect(code).toBe(1)
    const unread = { key: uuidOf(7), why: 'Column input does not hold JSON.' }
    expect(JSON.parse(out)).toMatchObject({
      imported: expect.arrayContaining([
        { kind: 'inferences', rows: 1, unread: 1, reasons: [unread] },
      ]) as unknown,
    })
    await using weir = await asked(dataDir)
    expect(await weir.inferences()).toMatchObject([
      {
        input: {
          messages: [
            { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
            { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
            {
              role: 'user',
              content: [{ type: 'template', name: 'user', arguments: { topic: 'tea' } }],
            },
          ],
        },
        additional_tools: [{ type: 'function', name: 'look' }],
        tool_choice: 'required',
        parallel_tool_calls: false,
      },
    ])
    const nearest = await weir.gateway.engine.stored?.reads.nearestExamples(
      { functionName: 'greet', variantName: 'short', namespace: '' },
      { embedding: [1, 0.5], k: 3, maxDistance: null },
    )
    expect(nearest).toMatchObject([{ input: '{"messages":[]}', output: '[]' }])
  })

  test('says what is wrong with a source', async () => {
    const empty = await imported(await postgres.database(), newDirectory())
    expect(empty).toMatchObject({ code: 1 })
    expect(empty.err).toContain('has no schema `tensorzero`')
    const nothing = await imported('http://127.0.0.1:9/x', newDirectory())
    expect(nothing.code).toBe(1)
    expect(nothing.err).toContain('Start it again to go on where it ended.')
    const wrong = await imported('ftp://x', newDirectory())
    expect(wrong).toMatchObject({ code: 2 })
  })
})
