import { expect, test } from 'vitest'
import type { Json } from '../../domain/chat.ts'
import type { Change, ChangeOutcome } from '../../store/changes.ts'
import { RemoteFault } from '../../store/remote/engine.ts'
import type { Row } from '../../store/row.ts'
import type { SourceKind, TensorZeroSource } from '../../store/tensorzero/source.ts'
import { type ImportTarget, importTensorZero } from './import.ts'

const NOW = Date.UTC(2026, 10, 28)
const DAY = 86_400_000

/** A UUIDv7 so many days before now. */
function idOf(daysAgo: number): string {
  const time = (NOW - daysAgo * DAY).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`
}

const comment = (daysAgo: number, value = 'well'): Row => ({
  key: idOf(daysAgo),
  target: idOf(daysAgo),
  level: 'inference',
  value,
  tags: {},
  snapshot: null,
})

/** A source with comments alone, which notes after which of them it was asked. */
function sourceOf(rows: readonly Row[]) {
  const asked: (string | null)[] = []
  const after = (kind: SourceKind, key: string | null) =>
    kind === 'comments' ? rows.filter((row) => String(row['key']) > (key ?? '')) : []
  const source: TensorZeroSource = {
    name: 'a source',
    open: () => Promise.resolve(),
    count: (kind, key) => Promise.resolve(after(kind, key).length),
    page: (kind, page) => {
      if (kind === 'comments') asked.push(page.after)
      return Promise.resolve(after(kind, page.after).slice(0, page.limit))
    },
    calls: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
  return { source, asked }
}

/** A store of documents and feedback that does not take what says `unfit`. */
function storeOf() {
  const documents = new Map<string, Json>()
  const kept: unknown[] = []
  const apply = (change: Change): ChangeOutcome => {
    switch (change.kind) {
      case 'claim':
        if (!documents.has(change.key)) documents.set(change.key, change.value)
        return { result: documents.get(change.key) ?? null }
      case 'put':
        documents.set(change.key, change.value)
        return { result: null }
      case 'feedback':
        if (change.feedback.value === 'refused') return { error: 'It does not fit.' }
        kept.push(change.feedback.value)
        return { result: null }
      default:
        return { error: 'unexpected' }
    }
  }
  const target: ImportTarget = {
    write: ({ changes }) =>
      JSON.stringify(changes).includes('unfit')
        ? Promise.reject(new RemoteFault('data', 'The server does not take this.'))
        : Promise.resolve(changes.map(apply)),
  }
  return { target, kept }
}

function importing(source: TensorZeroSource, target: ImportTarget, now = NOW) {
  const clock = { now: () => now, us: () => now * 1000 }
  return importTensorZero({ source, target, clock, readBlocks: () => [], progress: () => {} })
}

test('what does not fit the store costs no other row its place', async () => {
  const rows = [comment(9), comment(8, 'unfit'), comment(7), comment(6, 'refused'), comment(5)]
  const { target, kept } = storeOf()
  const imported = await importing(sourceOf(rows).source, target)
  expect(imported.find(({ kind }) => kind === 'comments')).toEqual({
    kind: 'comments',
    rows: 3,
    unread: 2,
    reasons: [
      { key: idOf(8), why: 'The server does not take this.' },
      { key: idOf(6), why: 'It does not fit.' },
    ],
  })
  expect(kept).toEqual(['well', 'well', 'well'])
})

test('a server that is away ends it; the next time goes on after the last page', async () => {
  const rows = Array.from({ length: 2500 }, (_, index) => comment(30 - index / 1000))
  const { source, asked } = sourceOf(rows)
  const { target, kept } = storeOf()
  let pages = 0
  const failing: ImportTarget = {
    write: (batch) => {
      const isPage = batch.changes.length > 2
      if (isPage && ++pages === 3) throw new RemoteFault('away', 'It is away.')
      return target.write(batch)
    },
  }
  await expect(importing(source, failing)).rejects.toThrow('It is away.')
  expect(kept).toHaveLength(2000)
  const imported = await importing(source, target)
  expect(imported.find(({ kind }) => kind === 'comments')).toMatchObject({ rows: 2500, unread: 0 })
  expect(kept).toHaveLength(2500)
  expect(asked.slice(0, 5)).toEqual([
    null,
    rows[999]?.['key'],
    rows[1999]?.['key'],
    rows[1999]?.['key'],
    rows[2499]?.['key'],
  ])
})

test('after one that came to its end, the last two days before it are looked at again', async () => {
  const { target } = storeOf()
  const first = sourceOf([comment(9), comment(1)])
  await importing(first.source, target)
  const second = sourceOf([comment(9), comment(1), comment(1.5)])
  await importing(second.source, target, NOW + 30 * DAY)
  const [after = null] = second.asked
  expect(String(after) > idOf(2.01)).toBe(true)
  expect(String(after) < idOf(1.99)).toBe(true)
})
