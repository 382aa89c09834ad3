import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClickHouse, startClickHouse } from '../../test/support/clickhouse.ts'
import { within } from '../../test/support/waiting.ts'
import { systemClock } from '../lib/clock.ts'
import type { Change } from './changes.ts'
import { ClickHouseEngine } from './clickhouse/engine.ts'
import { clickHouseAnswers } from './fixtures/clickhouse-engine.ts'
import { emptyTables } from './fixtures/clickhouse.ts'
import { makeDirectory, openTestRecorder, until } from './fixtures/open.ts'
import { attemptOf, FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import { type RemoteBatch, RemoteFault } from './remote/engine.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

/** Enough for a slow machine. */
const PATIENCE_MS = 120_000

let server: ClickHouse
const database = 'faults'
beforeAll(async () => {
  server = await startClickHouse({ maxConcurrentQueries: 8 })
})
afterAll(() => server[Symbol.asyncDispose]())

// To make the tables takes seconds.
afterEach(() => emptyTables(server, database))

const answered = (number: number) =>
  recordOf(number, { attempts: [attemptOf(number, { usage: recordOf(1).usage })] })

const feedbackOf = (number: number): Change => ({
  kind: 'feedback',
  feedback: {
    id: idOf(number, 3),
    at: FIRST_MS,
    targetId: idOf(number),
    level: 'inference',
    type: 'float',
    metricName: 'quality',
    value: 1,
    tags: {},
    configHash: '',
  },
})

/** How often each thing is there; every number must be how many were written. */
async function counted(): Promise<number[]> {
  const text = await server.query(
    `SELECT (SELECT count() FROM WeirInference), (SELECT uniqExact(id) FROM WeirInference),
       (SELECT count() FROM ChatInference), (SELECT count() FROM ModelInference),
       (SELECT countIf(level = 'inference') FROM WeirUsage),
       (SELECT sum(count) FROM CumulativeUsage WHERE type = 'model_inferences'),
       (SELECT countMerge(count) FROM ModelProviderStatistics),
       (SELECT count() FROM TagInference) FORMAT TSV`,
    database,
  )
  return text.trim().split('\t').map(Number)
}

async function countedFeedback(): Promise<number[]> {
  const text = await server.query(
    `SELECT (SELECT count() FROM WeirFeedback), (SELECT count() FROM FloatMetricFeedback),
       (SELECT count() FROM FloatMetricFeedbackByTargetId) FORMAT TSV`,
    database,
  )
  return text.trim().split('\t').map(Number)
}

const all = (count: number) => [count, count, count, count, count, count, count, count]

/** Tries again, as the link does, until it is written. */
async function writeUntilDone(engine: ClickHouseEngine, batch: RemoteBatch): Promise<number> {
  for (let failures = 0; failures < 50; failures++) {
    try {
      await engine.write(batch, AbortSignal.timeout(30_000))
      return failures
    } catch (thrown) {
      if (!(thrown instanceof RemoteFault) || thrown.kind !== 'away') throw thrown
      await engine.open(AbortSignal.timeout(60_000))
    }
  }
  throw new Error('It was never written.')
}

function engineOn(): ClickHouseEngine {
  const url = server.url(database)
  return new ClickHouseEngine({ url, cluster: null, migrate: true, clock: systemClock })
}

function openRecorder() {
  const directory = makeDirectory()
  const threadData = { dataDir: directory.path, url: server.url(database) }
  const limits = { batchRows: 50 }
  const opened = openTestRecorder(threadData, limits, 'clickhouse-writer-entry.ts')
  return {
    ...opened,
    close: async () => {
      await opened.recorder.close()
      directory.remove()
    },
  }
}

/** Written whole: our own table is the last, and the outbox is told of a moment after. */
const settled = async (recorder: ReturnType<typeof openRecorder>['recorder'], count: number) => {
  await within(PATIENCE_MS, async () => {
    const text = await server.query('SELECT count() FROM WeirInference', database)
    return Number(text) >= count
  })
  await until(
    () => recorder.health().state === 'ok' && (recorder.health().outboxRows ?? 0) === 0,
    PATIENCE_MS,
  )
}

describe('S14 ClickHouse in trouble', () => {
  test('an answer lost after each insert leaves everything written exactly once', async () => {
    const engine = engineOn()
    await engine.open(AbortSignal.timeout(60_000))
    const batch: RemoteBatch = {
      token: 'first',
      records: [1, 2, 3].map(answered),
      changes: [1, 2, 3].map(feedbackOf),
    }
    // Chat, model, usage and ours; then feedback, and ours of it.
    let failures = 0
    for (let cut = 1; cut <= 6; cut++) {
      await server.cutInserts(1)
      const before = failures
      try {
        await engine.write(batch, AbortSignal.timeout(30_000))
      } catch {
        failures++
        await engine.open(AbortSignal.timeout(60_000))
      }
      expect(failures).toBe(before + 1)
    }
    await server.cutInserts(0)
    expect(await writeUntilDone(engine, batch)).toBe(0)
    expect(await writeUntilDone(engine, { ...batch, token: 'replayed' })).toBe(0)
    expect(await counted()).toEqual(all(3))
    expect(await countedFeedback()).toEqual([3, 3, 3])
    await engine.close()
  })

  test('a new process that replays what an old one half wrote writes the rest', async () => {
    const old = engineOn()
    await old.open(AbortSignal.timeout(60_000))
    const batch: RemoteBatch = { token: 'kept', records: [1, 2].map(answered), changes: [] }
    await server.cutInserts(1)
    await expect(old.write(batch, AbortSignal.timeout(30_000))).rejects.toMatchObject({
      kind: 'away',
    })
    await old.close()
    const replaying = engineOn()
    await replaying.open(AbortSignal.timeout(60_000))
    await writeUntilDone(replaying, batch)
    expect(await counted()).toEqual(all(2))
    await replaying.close()
  })

  test('a record that does not fit is kept without its contents, and the others whole', async () => {
    const { recorder, close } = openRecorder()
    await recorder.opened()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what TensorZero's column cannot hold
    const unfit = attemptOf(2, { finish: 'strange' as 'stop' })
    recorder.add(answered(1), 1000)
    recorder.add({ ...answered(2), attempts: [unfit] }, 1000)
    recorder.add(answered(3), 1000)
    await recorder.flush()
    await settled(recorder, 3)
    expect((await counted()).slice(0, 4)).toEqual([3, 3, 3, 2])
    const status = await server.query('SELECT status FROM WeirInference ORDER BY id', database)
    expect(status).toBe('200\n500\n200\n')
    await close()
  })

  test('killed and started again under load, it gets every record exactly once, and nobody waits', async () => {
    const { recorder, close } = openRecorder()
    await recorder.opened()
    let number = 0
    const add = (count: number) => {
      for (let index = 0; index < count; index++) recorder.add(answered(++number), 1000)
    }
    add(60)
    for (let round = 0; round < 2; round++) {
      add(40)
      await server.kill()
      add(40)
      // On the disk: whoever waits for a commit has it though the server is gone.
      expect(await recorder.committed(idOf(number))).toBe(true)
      await server.restart()
      add(40)
    }
    await recorder.flush()
    await settled(recorder, number)
    expect(await counted()).toEqual(all(number))
    await close()
  })

  test('paused, it stops nobody, and has every record once it goes on', async () => {
    const { recorder, healths, close } = openRecorder()
    await recorder.opened()
    recorder.add(answered(1), 1000)
    await recorder.flush()
    await settled(recorder, 1)
    server.pause()
    for (let number = 2; number <= 100; number++) recorder.add(answered(number), 1000)
    await recorder.flush()
    await until(() => recorder.health().state === 'degraded', PATIENCE_MS)
    expect(recorder.health().outboxRows).toBeGreaterThan(0)
    expect(healths.at(-1)?.message).toMatch(/ClickHouse at 127\.0\.0\.1.*outbox\.db/)
    server.resume()
    await settled(recorder, 100)
    expect(await counted()).toEqual(all(100))
    await close()
  })

  test('two busy gateways never have more than eight queries at a server that allows eight', async () => {
    await server.restart()
    const gateways = [engineOn(), engineOn()]
    for (const gateway of gateways) await gateway.open(AbortSignal.timeout(60_000))
    await server.delay(20)
    const readers = gateways.map(() => clickHouseAnswers(server.url(database)))
    const asked = readers.flatMap((reader) =>
      Array.from({ length: 10 }, (_, index) => [
        reader.list({ terms: [] }, { before: null, limit: 10 }),
        reader.count({
          terms: [{ field: 'model', op: '=', value: `m${index}`, negated: false }],
        }),
      ]).flat(),
    )
    const written = gateways.map(async (gateway, which) => {
      for (let number = 1; number <= 4; number++) {
        const records = [answered(which * 100 + number)]
        await writeUntilDone(gateway, { token: `${which}.${number}`, records, changes: [] })
      }
    })
    await Promise.all([...asked, ...written])
    const counts = await server.counts()
    expect(counts.refused).toBe(0)
    expect(counts.peak).toBeGreaterThan(2)
    expect(counts.peak).toBeLessThanOrEqual(8)
    await server.delay(0)
    expect(await counted()).toEqual(all(8))
    await Promise.all(gateways.map((gateway) => gateway.close()))
  })

  test('a search that takes too long ends with advice', async () => {
    const engine = engineOn()
    await engine.open(AbortSignal.timeout(60_000))
    await server.delay(500)
    const reader = clickHouseAnswers(server.url(database), 100)
    await expect(reader.count({ terms: [] })).rejects.toThrow(/takes too long/)
    await server.delay(0)
    await engine.close()
  })
})
