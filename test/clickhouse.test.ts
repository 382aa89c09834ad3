import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClickHouse, startClickHouse } from './support/clickhouse.ts'
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

  test('F250 sets the database up when told to, and says what a wrong password means', async () => {
    await expect(startOn(server.url('set_up'), ['--run-clickhouse-migrations'])).rejects.toThrow(
      /set_up is up to date/,
    )
    expect(await idsIn('ChatInference', 'set_up')).toEqual([])
    const wrong = server.url('set_up').replace(/weir:[^@]*@/, 'weir:wrong@')
    await expect(startOn(wrong)).rejects.toThrow(/refuses us.*Check the user/)
  })
})
