import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, openTestReader, openTestRecorder, query, until } from './fixtures/open.ts'
import { idOf, recordOf } from './fixtures/records.ts'
import { keptResponses } from './kept-responses.ts'
import type { Recorder } from './recorder.ts'

let directory: ReturnType<typeof makeDirectory>
const closers: (() => Promise<void>)[] = []

beforeEach(() => {
  directory = makeDirectory()
})

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  directory.remove()
})

function open(
  ...args: Parameters<typeof openTestRecorder> extends [unknown, ...infer R] ? R : never
) {
  const opened = openTestRecorder(directory.path, ...args)
  closers.push(() => opened.recorder.close())
  return opened
}

function openReaderHere() {
  const reader = openTestReader(directory.path)
  closers.push(() => reader.close())
  return reader
}

function forget(recorder: Pick<Recorder<never>, 'change'>, responseId: string) {
  return recorder.change({ kind: 'forget_response', responseId })
}

function rows(sql: string) {
  return query(join(directory.path, 'weir.db'), sql)
}

test('says when a record is on disk', async () => {
  const { recorder } = open()
  recorder.add(recordOf(1), 3000)
  const before = recorder.committed(idOf(1))
  expect(await before).toBe(true)
  expect(rows('SELECT count(*) AS n FROM inference')).toEqual([{ n: 1 }])
  expect(recorder.health()).toEqual({
    state: 'ok',
    message: null,
    queuedRows: 0,
    queuedBytes: 0,
    droppedRows: 0,
    droppedPayloads: 0,
    writtenRows: 1,
  })
})

test('does not vouch for a record it does not hold', async () => {
  const { recorder } = open()
  expect(await recorder.committed(idOf(1))).toBe(false)
})

test('commits together what comes together', async () => {
  const { recorder } = open()
  await recorder.opened()
  for (let number = 1; number <= 300; number++) recorder.add(recordOf(number), 3000)
  await recorder.flush()
  const { segments } = query(
    join(directory.path, 'payload-202648.db'),
    'SELECT count(*) AS segments FROM segment',
  )[0] ?? { segments: 0 }
  expect(segments).toBeLessThanOrEqual(15)
  expect(rows('SELECT count(*) AS n FROM inference')).toEqual([{ n: 300 }])
})

test('drops texts, then rows, when the queue is full, and says so', async () => {
  const { recorder, healths } = open({ maxQueueBytes: 50_000 })
  for (let number = 1; number <= 100; number++) recorder.add(recordOf(number), 10_000)
  expect(recorder.health()).toMatchObject({ state: 'degraded', droppedRows: 50 })
  expect(recorder.health().droppedPayloads).toBeGreaterThanOrEqual(50)
  expect(await recorder.committed(idOf(100))).toBe(false)
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'ok', droppedRows: 50, writtenRows: 50 })
  expect(healths.map(({ state }) => state)).toEqual(['degraded', 'ok'])
  const reader = openTestReader(directory.path)
  closers.push(() => reader.close())
  expect(await reader.get(idOf(50))).toMatchObject({ model: 'gpt', record: { rawRequest: '' } })
})

test('sends again what a dead thread did not acknowledge', async () => {
  const { recorder, healths } = open()
  await recorder.opened()
  recorder.add(recordOf(1), 3000)
  await recorder.flush()
  // The thread exits over this one, until it gets it without texts and at last not at all.
  recorder.add(recordOf(2, { functionName: 'deadly' }), 3000)
  recorder.add(recordOf(3), 3000)
  await until(() => recorder.health().state === 'degraded')
  recorder.add(recordOf(4), 3000)
  await recorder.flush()
  expect(rows('SELECT count(*) AS n FROM inference')).toEqual([{ n: 2 }])
  expect(recorder.health()).toMatchObject({ state: 'ok', droppedRows: 2, writtenRows: 2 })
  expect(healths.at(-1)?.state).toBe('ok')
})

test('keeps a row of a record that cannot be read', async () => {
  const { recorder } = open()
  recorder.add(recordOf(1, { functionName: 'unreadable' }), 3000)
  recorder.add(recordOf(2), 3000)
  await recorder.flush()
  expect(rows('SELECT outcome, error_message FROM inference ORDER BY seq')).toEqual([
    {
      outcome: 6,
      error_message: 'The record of this request could not be kept: this draft makes no sense.',
    },
    { outcome: 0, error_message: null },
  ])
})

test('keeps a row of a record that does not fit the store', async () => {
  const { recorder } = open()
  const misfit = JSON.parse('{"inputPreview": null}') as object
  recorder.add(recordOf(1), 3000)
  recorder.add({ ...recordOf(2), ...misfit }, 3000)
  recorder.add(recordOf(3), 3000)
  expect(await recorder.committed(idOf(3))).toBe(true)
  expect(rows('SELECT outcome FROM inference ORDER BY seq')).toEqual([
    { outcome: 0 },
    { outcome: 6 },
    { outcome: 0 },
  ])
})

test('drops what no thread can be sent, and nothing else', async () => {
  const { recorder } = open()
  recorder.add(recordOf(1), 3000)
  recorder.add({ ...recordOf(2), params: (() => {}) as never }, 3000)
  recorder.add(recordOf(3), 3000)
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ droppedRows: 1, writtenRows: 2 })
})

test('applies changes after the records that were added before them', async () => {
  const { recorder } = open({ batchRows: 2 })
  const names = Array.from({ length: 9 }, (_, number) => `resp_${number}`)
  const forgotten = names.map((responseId, number) => {
    recorder.add(recordOf(number, { responseId }), 3000)
    return forget(recorder, responseId)
  })
  await Promise.all(forgotten)
  expect(rows('SELECT max(response_id) AS name FROM inference')).toEqual([{ name: null }])
})

test('forgets the name of an answer, not the answer', async () => {
  const { recorder } = open()
  const kept = keptResponses(recorder, openReaderHere())
  recorder.add(recordOf(1, { responseId: 'resp_a' }), 3000)
  expect(await kept.find('resp_a')).toMatchObject({ id: idOf(1) })
  await kept.forget('resp_a')
  expect(await kept.find('resp_a')).toBeNull()
  expect(rows('SELECT count(*) AS n, max(response_id) AS name FROM inference')).toEqual([
    { n: 1, name: null },
  ])
})

test('says so when a name cannot be forgotten', async () => {
  const first = open()
  await first.recorder.opened()
  const second = open()
  await second.recorder.opened()
})

test('forgets a name although the thread dies over it', async () => {
  const { recorder } = open()
  recorder.add(recordOf(1, { responseId: 'resp_a' }), 3000)
  await recorder.flush()
  recorder.add(recordOf(2, { functionName: 'deadly' }), 3000)
  await forget(recorder, 'resp_a')
  expect(rows('SELECT max(response_id) AS name FROM inference')).toEqual([{ name: null }])
})

test('finds requests that were under way when the process ended', async () => {
  const first = openTestRecorder(directory.path)
  first.recorder.begin(recordOf(1), 3000)
  first.recorder.begin(recordOf(2), 3000)
  await first.recorder.flush()
  first.recorder.add(recordOf(2), 3000)
  await first.recorder.close()

  const { recorder } = open()
  expect(await recorder.opened()).toEqual({ state: 'open' })
  const reader = openTestReader(directory.path)
  closers.push(() => reader.close())
  expect(await reader.get(idOf(1))).toMatchObject({
    outcome: 'internal',
    record: { error: 'interrupted', rawRequest: '{"n":1}' },
  })
  expect(await reader.get(idOf(2))).toMatchObject({ outcome: 'ok' })
  expect(rows('SELECT count(*) AS n FROM open_request')).toEqual([{ n: 0 }])
})

test('opens although a request under way cannot be stored', async () => {
  const first = openTestRecorder(directory.path)
  const misfit = JSON.parse('{"inputPreview": null}') as object
  first.recorder.begin({ ...recordOf(1), ...misfit }, 3000)
  await first.recorder.close()
  const { recorder } = open()
  expect(await recorder.opened()).toEqual({ state: 'open' })
  expect(rows('SELECT outcome FROM inference')).toEqual([{ outcome: 6 }])
})

test('writes what waits before it closes, and takes nothing after', async () => {
  const { recorder } = open()
  for (let number = 1; number <= 500; number++) recorder.add(recordOf(number), 3000)
  await recorder.close()
  expect(rows('SELECT count(*) AS n FROM inference')).toEqual([{ n: 500 }])
  expect(rows("SELECT value FROM meta WHERE key = 'closed'")).toEqual([{ value: '1' }])
  recorder.add(recordOf(501), 3000)
  expect(recorder.health()).toMatchObject({ droppedRows: 1, writtenRows: 500 })
})
