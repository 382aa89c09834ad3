import { join } from 'node:path'
import { renameSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDirectory } from '../fixtures/open.ts'
import { attemptOf, idOf, recordOf } from '../fixtures/records.ts'
import { Outbox, OUTBOX_FILE } from './outbox.ts'
import { OutboxReader } from './outbox-reader.ts'

const MIB = 1024 * 1024

describe('what waits for a server, as readers see it', () => {
  let directory: ReturnType<typeof makeDirectory>
  let reader: OutboxReader
  beforeEach(() => {
    directory = makeDirectory()
    reader = new OutboxReader(directory.path)
  })
  afterEach(() => directory.remove())

  test('can be given feedback and looked at, until the server has it', () => {
    expect(reader.target(idOf(1))).toBeNull()
    const outbox = new Outbox(directory.path, MIB)
    expect(reader.target(idOf(1))).toBeNull()
    const record = recordOf(1, { functionName: 'f', variantName: 'v', attempts: [attemptOf(1)] })
    outbox.add({ token: 'a', records: [recordOf(2), record], changes: [] })
    expect(reader.target(idOf(1))).toEqual({
      level: 'inference',
      functionName: 'f',
      variantName: 'v',
      episodeId: idOf(1, 1),
    })
    expect(reader.target(idOf(1, 1))).toEqual({ level: 'episode' })
    expect(reader.target(idOf(3))).toBeNull()
    const { attempts, ...rest } = record
    expect(reader.get(idOf(1))).toMatchObject({
      id: idOf(1),
      provider: 'main',
      inputTokens: 12,
      attempts: 1,
      record: rest,
      attemptRecords: attempts,
      payload: 'present',
    })
    outbox.remove(outbox.first()?.seq ?? 0)
    expect(reader.target(idOf(1))).toBeNull()
    expect(reader.target(idOf(1, 1))).toBeNull()
    expect(reader.get(idOf(1))).toBeNull()
    outbox.close(true)
  })

  test('is read from the new file when the old one was set aside', () => {
    const old = new Outbox(directory.path, MIB)
    old.add({ token: 'a', records: [recordOf(1)], changes: [] })
    expect(reader.target(idOf(1))).not.toBeNull()
    old.close(true)
    const path = join(directory.path, OUTBOX_FILE)
    renameSync(path, `${path}.aside`)
    const fresh = new Outbox(directory.path, MIB)
    fresh.add({ token: 'b', records: [recordOf(2)], changes: [] })
    expect(reader.target(idOf(1))).toBeNull()
    expect(reader.target(idOf(2))).not.toBeNull()
    fresh.close(true)
  })
})
