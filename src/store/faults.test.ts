import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, openTestReader, openTestRecorder, query, until } from './fixtures/open.ts'
import { idOf, recordOf } from './fixtures/records.ts'

let directory: ReturnType<typeof makeDirectory>
const closers: (() => Promise<void>)[] = []

beforeEach(() => {
  directory = makeDirectory()
})

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  directory.remove()
})

function open(dataDir = directory.path, entry?: string) {
  const opened = openTestRecorder(dataDir, {}, entry)
  closers.push(() => opened.recorder.close())
  return opened
}

async function writeAndClose(...numbers: number[]): Promise<void> {
  const { recorder } = openTestRecorder(directory.path)
  for (const number of numbers) recorder.add(recordOf(number), 3000)
  await recorder.close()
}

const hotPath = () => join(directory.path, 'weir.db')
const countRows = () => query(hotPath(), 'SELECT count(*) AS n FROM inference')[0]?.['n']

test('files are for nobody else', async () => {
  const dataDir = join(directory.path, 'new/data')
  const { recorder } = open(dataDir)
  recorder.add(recordOf(1), 3000)
  await recorder.flush()
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  for (const file of readdirSync(dataDir)) {
    expect([file, statSync(join(dataDir, file)).mode & 0o777]).toEqual([file, 0o600])
  }
})

test('waits while the disk is full, and goes on by itself when there is space', async () => {
  writeFileSync(join(directory.path, 'full'), '')
  const { recorder } = open(directory.path, 'full-entry.ts')
  for (let number = 1; number <= 2000; number++) recorder.add(recordOf(number), 3000)
  await until(() => recorder.health().state === 'degraded')
  expect(recorder.health().message).toMatch(/disk is full/)
  expect(await recorder.committed(idOf(2000))).toBe(false)
  expect(recorder.health().queuedRows).toBeGreaterThan(0)
  rmSync(join(directory.path, 'full'))
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'ok', writtenRows: 2000, droppedRows: 0 })
  expect(countRows()).toBe(2000)
})

test.each([
  ['weir.db', 0, 100],
  ['weir.db', 4096, 40_960],
  ['lock.db', 0, 100],
])('sets %s aside when it is damaged from byte %i on, and serves on', async (file, from, size) => {
  await writeAndClose(1)
  const path = join(directory.path, file)
  const length = Math.max(statSync(path).size, 8192)
  damage(path, { from, size, length })
  const { recorder } = open()
  recorder.add(recordOf(2), 3000)
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'degraded', writtenRows: 1 })
  expect(recorder.health().message).toContain(`${path} was damaged. It is kept as`)
  expect(readdirSync(directory.path).join(' ')).toMatch(
    new RegExp(`${file}\\.corrupt-\\d{8}T\\d{9}Z`),
  )
  expect(query(hotPath(), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})

test('keeps the facts of a row whose payload is damaged or gone', async () => {
  await writeAndClose(1, 2)
  const payload = join(directory.path, 'payload-202648.db')
  const reader = openTestReader(directory.path)
  closers.push(() => reader.close())
  expect(await reader.get(idOf(1))).toMatchObject({ payload: 'present' })
  damage(payload, { from: 4096, size: 4096, length: statSync(payload).size })
  await reader.close()
  expect(await reader.get(idOf(1))).toMatchObject({
    payload: 'missing',
    model: 'gpt',
    attemptRecords: [{ provider: 'main', rawResponse: '' }],
  })
  rmSync(payload)
  expect(await reader.get(idOf(2))).toMatchObject({ payload: 'missing', record: { input: [] } })
})

test('never shows the payload of another row when a file was begun anew', async () => {
  await writeAndClose(1)
  rmSync(join(directory.path, 'payload-202648.db'))
  await writeAndClose(2)
  const reader = openTestReader(directory.path)
  closers.push(() => reader.close())
  expect(await reader.get(idOf(1))).toMatchObject({ payload: 'missing' })
  expect(await reader.get(idOf(2))).toMatchObject({ payload: 'present' })
})

test('finds damage that no request would meet after an unclean end', async () => {
  await writeAndClose(...Array.from({ length: 500 }, (_, index) => index))
  const db = new DatabaseSync(hotPath())
  db.exec("UPDATE meta SET value = '0' WHERE key = 'closed'")
  const page = db
    .prepare("SELECT rootpage FROM sqlite_master WHERE name = 'inference_episode'")
    .get()?.['rootpage']
  db.close()
  damage(hotPath(), { from: (Number(page) - 1) * 4096 + 8, size: 200, length: 0 })
  const { recorder } = open()
  await until(() => recorder.health().state === 'degraded')
  expect(recorder.health().message).toMatch(/weir\.db is damaged inside/)
})

test('waits while another program has the file locked', async () => {
  await writeAndClose(1)
  const other = new DatabaseSync(hotPath())
  const { recorder } = open()
  await recorder.opened()
  other.exec('BEGIN IMMEDIATE')
  recorder.add(recordOf(2), 3000)
  await until(() => recorder.health().state === 'degraded')
  expect(recorder.health().message).toMatch(/locked by another program/)
  other.exec('ROLLBACK')
  other.close()
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'ok', writtenRows: 1 })
})

test('refuses a second Weir on the same directory, until the first is killed', async () => {
  const child = spawn(process.execPath, [
    join(import.meta.dirname, 'fixtures/crash-entry.ts'),
    directory.path,
  ])
  await new Promise((resolve) => {
    child.stdout.once('data', resolve)
  })
  const second = open()
  expect(await second.recorder.opened()).toEqual({
    state: 'refused',
    reason: 'in_use',
    message: `Another Weir is using ${directory.path}. Stop it, or give this one its own --data-dir.`,
  })
  expect(second.recorder.health().state).toBe('failed')
  second.recorder.add(recordOf(99_999), 3000)
  expect(await second.recorder.committed(idOf(99_999))).toBe(false)
  await second.recorder.close()
  child.kill('SIGKILL')
  await new Promise((resolve) => {
    child.once('exit', resolve)
  })
  expect(await open().recorder.opened()).toEqual({ state: 'open' })
})

test('refuses a file of a newer version, and leaves it alone', async () => {
  await writeAndClose(1)
  const db = new DatabaseSync(hotPath())
  db.exec('PRAGMA user_version = 999')
  db.close()
  const { recorder } = open()
  expect(await recorder.opened()).toMatchObject({ state: 'refused', reason: 'newer' })
  expect(recorder.health().message).toMatch(/written by a newer Weir \(schema 999/)
  recorder.add(recordOf(2), 3000)
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'failed', droppedRows: 1 })
  expect(countRows()).toBe(1)
})

test('serves without a directory it can use, counting what it loses', async () => {
  // A file where the directory should be stops root as well, whom permissions do not.
  const taken = join(directory.path, 'taken')
  writeFileSync(taken, '')
  const { recorder } = open(join(taken, 'data'))
  expect(await recorder.opened()).toMatchObject({ state: 'refused', reason: 'sick' })
  recorder.add(recordOf(1), 3000)
  expect(await recorder.committed(idOf(1))).toBe(false)
  await recorder.flush()
  expect(recorder.health()).toMatchObject({ state: 'failed', droppedRows: 1, queuedRows: 0 })
  expect(recorder.health().message).toMatch(/^Nothing is recorded, as .*taken/)
})

test('leaves a directory that it did not make as it is', async () => {
  const shared = join(directory.path, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o755)
  await open(shared).recorder.opened()
  expect(statSync(shared).mode & 0o777).toBe(0o755)
})

/** Writes rubbish over a part of a file, which is made `length` long if it is shorter. */
function damage(path: string, where: { from: number; size: number; length: number }): void {
  const rubbish = Buffer.from(Array.from({ length: where.size }, (_, index) => (index * 37) % 251))
  const file = openSync(path, 'r+')
  if (fstatSync(file).size < where.length) ftruncateSync(file, where.length)
  writeSync(file, rubbish, 0, rubbish.length, where.from)
  closeSync(file)
}
