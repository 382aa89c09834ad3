import { expect, test } from 'vitest'
import type { RetentionSettings } from '../config/config.ts'
import { retentionFor } from './retention.ts'
import type { StoreChoice } from './store-choice.ts'

const STORES: Readonly<Record<string, StoreChoice>> = {
  sqlite: { kind: 'sqlite' },
  postgres: { kind: 'postgres', url: 'postgres://localhost/x' },
  clickhouse: { kind: 'clickhouse', url: 'http://localhost/x', cluster: null, migrate: true },
  fixed: { kind: 'clickhouse', url: 'http://localhost/x', cluster: null, migrate: false },
}
const NOTHING: RetentionSettings = {
  maxDays: null,
  maxBytes: undefined,
  postgresDays: null,
  postgresTextDays: null,
}

test.each([
  ['sqlite', {}, { maxDays: null, maxBytes: 20_000_000_000 }],
  ['sqlite', { maxDays: 5, maxBytes: null }, { maxDays: 5, maxBytes: null }],
  ['postgres', {}, { maxDays: null, maxTextDays: null, maxBytes: null }],
  ['postgres', { maxBytes: 7 }, { maxDays: null, maxTextDays: null, maxBytes: 7 }],
  ['postgres', { maxDays: 9 }, { maxDays: 9, maxTextDays: 9, maxBytes: null }],
  [
    'postgres',
    { maxDays: 9, postgresDays: 30, postgresTextDays: 2 },
    { maxDays: 9, maxTextDays: 2, maxBytes: null },
  ],
  ['postgres', { postgresDays: 30 }, { maxDays: 30, maxTextDays: 30, maxBytes: null }],
  ['clickhouse', { maxDays: 9 }, { maxDays: 9, maxBytes: null }],
] as const)('F249 on %s, of %o holds %o', (store, settings, expected) => {
  const { retention, warnings } = retentionFor(
    { ...NOTHING, ...settings },
    STORES[store] ?? { kind: 'sqlite' },
  )
  expect(retention).toEqual(expected)
  expect(warnings).toEqual([])
})

test.each([
  ['sqlite', { postgresDays: 3 }, /\[postgres\] have no effect/],
  ['clickhouse', { postgresTextDays: 3 }, /\[postgres\] have no effect/],
  ['clickhouse', { maxBytes: 3 }, /max_bytes has no effect on ClickHouse/],
  ['fixed', { maxDays: 3 }, /no effect with \[clickhouse\] disable_automatic_migrations/],
] as const)('on %s, %o has no effect, and that is said', (store, settings, words) => {
  const { warnings } = retentionFor(
    { ...NOTHING, ...settings },
    STORES[store] ?? { kind: 'sqlite' },
  )
  expect(warnings).toEqual([expect.stringMatching(words)])
})
