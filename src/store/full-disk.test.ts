import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, openTestReader, openTestRecorder, query, until } from './fixtures/open.ts'
import { idOf, recordOf } from './fixtures/records.ts'

const DISK_BYTES = 24 * 1024 * 1024
/** Less than a sixteenth of it. */
const LITTLE_BYTES = 1_450_000
const WITHIN_MS = 60_000

let directory: ReturnType<typeof makeDirectory>
let disk = false
beforeEach(() => {
  directory = makeDirectory()
  disk = mounts(directory.path)
})
afterEach(() => {
  if (disk) execFileSync('umount', [directory.path])
  directory.remove()
})

/** Only root may, and not everywhere. */
function mounts(path: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', path], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

const free = () => {
  const { bavail, bsize } = statfsSync(directory.path)
  return bavail * bsize
}

/** Another program takes all but so much of the disk. */
function fill(leave: number): void {
  const file = join(directory.path, 'filler')
  writeFileSync(file, '')
  try {
    for (let left = free() - leave; left > 0; left = free() - leave) {
      appendFileSync(file, Buffer.alloc(Math.min(left, 65_536)))
    }
  } catch {
    // It is full.
  }
}

const large = (number: number) =>
  recordOf(number, { rawRequest: randomBytes(15_000).toString('base64') })

test('a disk that fills up costs texts first, then waiting, and is survived', async (context) => {
  if (!disk) return context.skip('a small disk can only be mounted by root')
  const limits = { maxQueueRows: 300, maxQueueBytes: 8_000_000 }
  const { recorder } = openTestRecorder(directory.path, limits)
  let added = 0
  const add = (count: number) => {
    for (let index = 0; index < count; index++) recorder.add(large(++added), 30_000)
    return added
  }
  add(20)
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'ok', writtenRows: 20, droppedPayloads: 0 })

  fill(LITTLE_BYTES)
  // How much room there is is looked at once a second.
  await sleep(1100)
  add(1)
  await recorder.flush()
  expect(recorder.health().message).toMatch(/nearly full: requests are recorded without/)
  const scarce = add(20)
  expect(await recorder.committed(idOf(scarce))).toBe(true)
  expect(recorder.health()).toMatchObject({ droppedRows: 0, queuedRows: 0 })
  expect(recorder.health().droppedPayloads).toBeGreaterThanOrEqual(20)

  fill(0)
  await until(() => {
    if (recorder.health().queuedRows === 0) add(100)
    return /disk is full/.test(recorder.health().message ?? '')
  }, WITHIN_MS)
  add(400)
  expect(await recorder.committed(idOf(added))).toBe(false)
  const { droppedRows, queuedRows, message } = recorder.health()
  expect(droppedRows).toBeGreaterThan(0)
  expect(queuedRows).toBeLessThanOrEqual(limits.maxQueueRows)
  expect(message).toMatch(/disk is full.*dropped/)
  const reader = openTestReader(directory.path)
  expect(await reader.get(idOf(1))).toMatchObject({ payload: 'present' })
  await reader.close()

  rmSync(join(directory.path, 'filler'))
  await recorder.flush()
  await until(() => {
    if (recorder.health().queuedRows === 0) add(1)
    return recorder.health().state === 'ok'
  }, WITHIN_MS)
  await recorder.close()
  const health = recorder.health()
  expect(health.writtenRows + health.droppedRows).toBe(added)
  const file = join(directory.path, 'weir.db')
  expect(query(file, 'SELECT count(*) AS n FROM inference')).toEqual([{ n: health.writtenRows }])
  expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})
