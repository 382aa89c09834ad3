import { afterAll, beforeAll, vi } from 'vitest'
import { type ClickHouse, startClickHouse } from '../../test/support/clickhouse.ts'
import { describeCache } from './cache.conformance.ts'
import { describeDatapoints } from './datapoints.conformance.ts'
import { describeDocuments } from './documents.conformance.ts'
import { describeEpisodes } from './episodes.conformance.ts'
import { describeStatistics } from './feedback-statistics.conformance.ts'
import { describeExamples } from './examples.conformance.ts'
import { describeFilters } from './filters.conformance.ts'
import { type ClickHouseStore, openClickHouseStore } from './fixtures/clickhouse.ts'
import { describeInferences } from './inferences.conformance.ts'
import { describeStore, type TestStore } from './store.conformance.ts'
import { describeUsage } from './usage.conformance.ts'

// The machine may be busy, and each write is some twenty inserts with the views behind them.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let server: ClickHouse
let store: ClickHouseStore
beforeAll(async () => {
  server = await startClickHouse()
  store = await openClickHouseStore(server, 'store')
})
afterAll(async () => {
  await store.close()
  await server[Symbol.asyncDispose]()
})

/** One server and one pair of threads for all: between tests it is emptied. */
const open = (): Promise<TestStore> => Promise.resolve({ ...store, close: () => store.empty() })

describeStore('ClickHouse', open)
describeFilters('ClickHouse', open)
describeDocuments('ClickHouse', open)
describeUsage('ClickHouse', open)
describeStatistics('ClickHouse', open)
describeInferences('ClickHouse', open)
describeEpisodes('ClickHouse', open)
describeDatapoints('ClickHouse', open)
describeCache('ClickHouse', open)
describeExamples('ClickHouse', open)
