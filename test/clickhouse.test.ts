import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClickHouse, startClickHouse } from './support/clickhouse.ts'
import { startOpenaiBatches } from './support/batch-upstream.ts'
import {
  begin,
  echo,
  HAIKU,
  idsOf,
  inferencesOf,
  isReady,
  openaiModel,
  poll,
  stored,
  texts,
} from './support/batches.ts'
import { startGateway } from './support/gateway.ts'
import { Load } from './support/load.ts'
import { startWeir, type WeirProcess } from './support/process.ts'
import { within } from './support/waiting.ts'

/** Processes start and end here, on a machine that may be busy. */
const PATIENCE_MS = 240_000

let server: ClickHouse
beforeAll(async () => {
  server = await startClickHouse({ maxConcurrentQueries: 8 })
}, PATIENCE_MS)
afterAll(() => server[Symbol.asyncDispose]())

const startOn = (url: string, args: readonly string[] = ['--default-config']) =>
  startWeir({ args, env: { TENSORZERO_CLICKHOUSE_URL: url } })

const healthOf = async ({ url }: WeirProcess) => {
  const answer = await fetch(`${url}/health`)
  return (await answer.json()) as Record<string, unknown>
}

/** When it has nothing left to write, and says that all is well. */
const settled = (weir: WeirProcess) =>
  within(PATIENCE_MS, async () => {
    const { store, outbox_rows: rows } = await healthOf(weir)
    return store === 'ok' && (rows ?? 0) === 0
  })

const idsIn = async (table: string, database: string) => {
  const text = await server.query(`SELECT id FROM ${table}`, database)
  // ClickHouse has another order for UUIDs.
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.toSorted()
}

describe('F242 Weir on ClickHouse', { timeout: PATIENCE_MS }, () => {
  test('keeps its records in the database whose address it is given, through a crash of the server', async () => {
    await using weir = await startOn(server.url('weir'))
    const load = new Load(weir.url, 2)
    await load.more(10)
    await server.kill()
    await load.more(10)
    await server.restart()
    await load.more(10)
    await load.stop()
    expect(load.failures).toEqual([])
    const answered = load.answered.flat().toSorted()
    await settled(weir)
    await within(
      PATIENCE_MS,
      async () => (await idsIn('WeirInference', 'weir')).length >= answered.length,
    )
    expect(await idsIn('WeirInference', 'weir')).toEqual(answered)
    expect(await idsIn('ChatInference', 'weir')).toEqual(answered)
    expect(await healthOf(weir)).toMatchObject({ clickhouse: 'ok', store: 'ok' })
    const page = await fetch(`${weir.url}/internal/ui/inferences/${answered[0]}`)
    expect(await page.json()).toMatchObject({ state: 'done', payload: 'present' })
    expect((await server.counts()).peak).toBeLessThanOrEqual(4)
    expect(weir.output()).not.toContain(encodeURIComponent("p'ss:"))
  })

  test('F246 keeps answers for the next one who asks, and asks with all its threads four things at once', async () => {
    await using weir = await startOn(server.url('cached'), ['--default-config', '--workers', '3'])
    const ask = async (content: string) => {
      const answer = await fetch(`${weir.url}/openai/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({
          model: 'demo::echo',
          messages: [{ role: 'user', content }],
          'tensorzero::cache_options': { enabled: 'on' },
        }),
      })
      await answer.text()
      return answer.status
    }
    await settled(weir)
    // What was asked before is in memory, and threads may have yet to start.
    let asked = 0
    const round = async () => {
      const statuses = Array.from({ length: 40 }, () => ask(`question ${asked++}`))
      expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]))
      return (await server.counts()).peak
    }
    await server.delay(20)
    await within(60_000, async () => (await round()) > 2)
    expect(await round()).toBeLessThanOrEqual(4)
    await server.delay(0)
    // While the server was slow, answers were not kept.
    await within(60_000, async () => {
      await ask(`question ${asked++}`)
      const count = await server.query('SELECT count() FROM ModelInferenceCache', 'cached')
      return Number(count) > 0
    })
  })

  test('F250 sets the database up when told to, and says what a wrong password means', async () => {
    await expect(startOn(server.url('set_up'), ['--run-clickhouse-migrations'])).rejects.toThrow(
      /set_up is up to date/,
    )
    expect(await idsIn('ChatInference', 'set_up')).toEqual([])
    const wrong = server.url('set_up').replace(/weir:[^@]*@/, 'weir:wrong@')
    await expect(startOn(wrong)).rejects.toThrow(/refuses us.*Check the user/)
  })

  test("F240 keeps batches, and notes them in TensorZero's tables", async () => {
    await using fake = await startOpenaiBatches()
    const env = { TENSORZERO_CLICKHOUSE_URL: server.url('batches') }
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, env, stored)
    await isReady(gateway)
    // The server may be slow to write: whoever asks again goes on.
    const begun = await within(PATIENCE_MS, async () => {
      const inputs = texts('one', 'two')
      const tags = [{ who: 'me' }, null]
      const answer = await begin(gateway, { function_name: 'haiku', inputs, tags })
      return answer.status === 200 && answer
    })
    expect((await poll(gateway, begun)).json).toEqual({ status: 'pending' })
    fake.state = 'completed'
    fake.answer = echo
    const done = await within(PATIENCE_MS, async () => {
      const answer = await poll(gateway, begun)
      return answer.json['status'] === 'completed' && answer
    })
    expect(inferencesOf(done)).toHaveLength(2)
    expect(await poll(gateway, begun)).toEqual(done)

    const rows = async (query: string) => {
      const text = await server.query(`${query} FORMAT JSONEachRow`, 'batches')
      const lines = text.split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as unknown)
    }
    const ids = idsOf(begun)
    const batchId = begun.json['batch_id']
    const place = { batch_id: batchId, model_name: 'm', model_provider_name: 'there' }
    const states = 'SELECT * EXCEPT (id, snapshot_hash) FROM BatchRequest ORDER BY toString(id)'
    const names = { function_name: 'haiku', variant_name: 'only' }
    const batch_params: unknown = expect.stringMatching(/"batch_id":"batch_/)
    const all = { ...place, ...names, batch_params, errors: [] }
    expect(await rows(states)).toMatchObject([
      { ...all, status: 'pending' },
      { ...all, status: 'completed' },
    ])
    const messages = '[{"role":"user","content":[{"type":"text","text":"one"}]}]'
    const [first, ...others] = await rows(
      'SELECT * FROM BatchModelInference ORDER BY toString(inference_id)',
    )
    expect(others).toHaveLength(1)
    expect(first).toMatchObject({
      ...place,
      ...names,
      inference_id: ids[0],
      input: `{"messages":${messages}}`,
      input_messages: messages,
      system: null,
      inference_params: '{"chat_completion":{"temperature":0.5}}',
      output_schema: null,
      tags: { who: 'me', 'weir::batch_id': batchId },
    })
    expect(await rows('SELECT DISTINCT batch_id FROM BatchIdByInferenceId')).toEqual([
      { batch_id: batchId },
    ])
    expect(await idsIn('ChatInference', 'batches')).toEqual(ids.toSorted())
    expect(await idsIn('WeirInference', 'batches')).toEqual(ids.toSorted())
  })
})
