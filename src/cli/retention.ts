import type { RetentionSettings } from '../config/config.ts'
import type { Retention } from '../store/retention.ts'
import type { StoreChoice } from './store-choice.ts'

/** A data directory is somebody's disk. A server is somebody's database: nothing goes unasked. */
const USUAL_BYTES = 20_000_000_000

/** What of the settings holds for the chosen store, and what has no effect there: a line each. */
export function retentionFor(
  { maxDays, maxBytes, postgresDays, postgresTextDays }: RetentionSettings,
  store: StoreChoice,
): { readonly retention: Retention; readonly warnings: readonly string[] } {
  const ofPostgres = postgresDays === null && postgresTextDays === null ? [] : [NOT_POSTGRES]
  switch (store.kind) {
    case 'sqlite': {
      const bytes = maxBytes === undefined ? USUAL_BYTES : maxBytes
      return { retention: { maxDays, maxBytes: bytes }, warnings: ofPostgres }
    }
    case 'postgres': {
      const days = least(maxDays, postgresDays)
      const maxTextDays = least(days, postgresTextDays)
      const retention = { maxDays: days, maxTextDays, maxBytes: maxBytes ?? null }
      return { retention, warnings: [] }
    }
    case 'clickhouse': {
      const ofBytes = maxBytes === null || maxBytes === undefined ? [] : [NO_BYTES]
      const ofDays = maxDays === null || store.migrate ? [] : [NO_CHANGES]
      const warnings = [...ofPostgres, ...ofBytes, ...ofDays]
      return { retention: { maxDays, maxBytes: null }, warnings }
    }
  }
}

const NOT_POSTGRES =
  'the retention days of [postgres] have no effect, as records are not kept there: set gateway.observability.retention.max_days'
const NO_BYTES =
  'gateway.observability.retention.max_bytes has no effect on ClickHouse: set max_days'
const NO_CHANGES =
  'gateway.observability.retention has no effect with [clickhouse] disable_automatic_migrations: give the tables a TTL yourself'

function least(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other)
}
