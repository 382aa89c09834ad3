import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, openTestReader, openTestRecorder } from './fixtures/open.ts'
import { idOf, recordOf } from './fixtures/records.ts'
import { openReader } from './reader-client.ts'
import type { LogReader } from './store.ts'

let directory: ReturnType<typeof makeDirectory>
let reader: LogReader & { close(): Promise<void> }

beforeEach(() => {
  directory = makeDirectory()
})

afterEach(async () => {
  await reader.close()
  directory.remove()
})

const openSilent = (deadlineMs: number, idleMs = 60_000) =>
  openReader({
    thread: new URL('fixtures/silent-entry.ts', import.meta.url),
    threadData: directory.path,
    deadlineMs,
    idleMs,
  })

const ALL = { terms: [] }
const PAGE = { before: null, limit: 10 }

test('gives up a question that takes too long, and answers those behind it', async () => {
  reader = openSilent(1000)
  const stuck = reader.overview(ALL, { from: 0, to: 1, buckets: 1 })
  const failed = expect(stuck).rejects.toThrow('did not answer in time')
  await new Promise((resolve) => {
    setTimeout(resolve, 500)
  })
  expect(await reader.list(ALL, PAGE)).toBe('list')
  await failed
})

test('starts again after its rest', async () => {
  reader = openSilent(10_000, 1)
  expect(await reader.count(ALL)).toBe('count')
  await new Promise((resolve) => {
    setTimeout(resolve, 50)
  })
  expect(await reader.count(ALL)).toBe('count')
})

test('answers what was asked before it closes with an error, not with silence', async () => {
  reader = openSilent(10_000)
  const asked = expect(reader.count(ALL)).rejects.toThrow('stopping')
  await reader.close()
  await asked
})

test('sees what is written while it is open', async () => {
  reader = openTestReader(directory.path)
  expect((await reader.list(ALL, PAGE)).rows).toEqual([])
  const { recorder } = openTestRecorder(directory.path)
  for (const number of [1, 2]) {
    recorder.add(recordOf(number), 3000)
    await recorder.flush()
    expect((await reader.list(ALL, PAGE)).rows[0]?.id).toBe(idOf(number))
  }
  await recorder.close()
  expect((await reader.list(ALL, PAGE)).rows).toHaveLength(2)
})
