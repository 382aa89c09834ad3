import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory } from '../fixtures/open.ts'
import { recordOf } from '../fixtures/records.ts'
import { HotFile } from './hot-file.ts'
import { HOT_FILE } from './hot-schema.ts'
import { SqliteEngine } from './engine.ts'
import { findDamage } from './soundness.ts'

let directory: ReturnType<typeof makeDirectory>
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => directory.remove())

const hotPath = () => join(directory.path, HOT_FILE)
const logBytes = () => statSync(`${hotPath()}-wal`).size

test('a log that grew because of a long reader is cut when that is done, and not waited for', () => {
  const hot = new HotFile(directory.path)
  const put = (key: string) => {
    const value = key.repeat(Math.ceil(2_000_000 / key.length))
    const change = { kind: 'put', collection: 'c', key, value } as const
    hot.write({ records: [], begun: [], changes: [change] })
  }
  put('first')
  using reader = new DatabaseSync(hotPath(), { readOnly: true })
  reader.exec('BEGIN; SELECT count(*) FROM document')
  for (let number = 0; number < 40; number++) put(`key ${number}`)
  expect(logBytes()).toBeGreaterThan(64 * 1024 * 1024)
  expect(hot.cutLog()).toBe(false)
  put('meanwhile')
  reader.exec('COMMIT')
  expect(hot.cutLog()).toBe(true)
  expect(logBytes()).toBe(0)
  expect(hot.cutLog()).toBe(false)
  put('last')
  hot.close(true)
})

test('files in use are looked through, and the damaged ones named', async () => {
  const engine = new SqliteEngine(directory.path)
  const write = (from: number) => {
    const records = Array.from({ length: 200 }, (_, index) => recordOf(from + index))
    engine.commit(engine.prepare(records), [], [])
  }
  write(1)
  const found: string[] = []
  const looking = findDamage(directory.path, (line) => found.push(line))
  write(201)
  await looking
  expect(found).toEqual([])
  engine.close(true)

  damage('inference_episode')
  await findDamage(directory.path, (line) => found.push(line))
  expect(found).toEqual([expect.stringMatching(/^weir\.db is damaged inside: .*restore a backup/)])
})

test('a directory without files is sound', async () => {
  const found: string[] = []
  await findDamage(directory.path, (line) => found.push(line))
  expect(found).toEqual([])
})

/** Writes rubbish into the first page of an index. */
function damage(index: string): void {
  using db = new DatabaseSync(hotPath())
  const find = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?')
  const page = Number(find.get(index)?.['rootpage'])
  db.close()
  const file = openSync(hotPath(), 'r+')
  writeSync(file, Buffer.alloc(200, 0xa5), 0, 200, (page - 1) * 4096 + 8)
  closeSync(file)
}
