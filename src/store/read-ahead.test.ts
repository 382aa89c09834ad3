import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, openTestReader, openTestRecorder, query } from './fixtures/open.ts'
import { idOf, recordOf } from './fixtures/records.ts'

let directory: ReturnType<typeof makeDirectory>

beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

const rows = (sql: string) => query(join(directory.path, 'weir.db'), sql)
const READ_AHEAD = `SELECT count(*) AS n FROM inference i JOIN dim d ON d.id = i.variant
  WHERE d.name = 'read ahead'`
const IN_ORDER = 'SELECT lower(hex(id)) AS id FROM inference ORDER BY seq'
const idsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: idOf(index + 1).replaceAll('-', '') }))

function open() {
  return openTestRecorder(directory.path, { batchRows: 8, batchMs: 0 }, 'ahead-entry.ts').recorder
}

/** Adds records, batch by batch, until some have been read by the helper. Returns how many. */
async function writeUntilHelped(recorder: ReturnType<typeof open>): Promise<number> {
  let number = 0
  do {
    for (let some = 0; some < 32; some++) recorder.add(recordOf(++number), 3000)
    await recorder.flush()
    await sleep(1)
  } while (rows(READ_AHEAD)[0]?.['n'] === 0)
  return number
}

test('writes what a second thread has read, once and in order, with its texts', async () => {
  const recorder = open()
  const count = await writeUntilHelped(recorder)
  // One is there already, and one comes twice: the writer reads these batches itself.
  for (const number of [1, count + 1, count + 2, count + 2]) recorder.add(recordOf(number), 3000)
  await recorder.flush()
  for (let number = count + 3; number <= count + 40; number++) recorder.add(recordOf(number), 3000)
  await recorder.close()
  expect(rows(IN_ORDER)).toEqual(idsOf(count + 40))
  const reader = openTestReader(directory.path)
  for (const number of [1, count, count + 1, count + 40]) {
    const { input, output, rawRequest } = recordOf(number)
    const stored = await reader.get(idOf(number))
    expect(stored?.record).toMatchObject({ input, output, rawRequest })
  }
  await reader.close()
})

test('reads itself what a second thread died of, and all that comes after', async () => {
  const recorder = open()
  const count = await writeUntilHelped(recorder)
  recorder.add(recordOf(count + 1, { functionName: 'heavy' }), 3000)
  for (let number = count + 2; number <= count + 40; number++) recorder.add(recordOf(number), 3000)
  await recorder.flush()
  const before = rows(READ_AHEAD)
  recorder.add(recordOf(count + 41), 3000)
  await recorder.close()
  expect(rows(IN_ORDER)).toEqual(idsOf(count + 41))
  expect(rows(READ_AHEAD)).toEqual(before)
  expect(recorder.health()).toMatchObject({ droppedRows: 0, writtenRows: count + 41 })
})
