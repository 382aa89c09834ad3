import { afterAll, beforeAll, vi } from 'vitest'
import { type ClickHouse, startClickHouse } from '../../test/support/clickhouse.ts'
import { describeDocuments } from './documents.conformance.ts'
import { describeFilters } from './filters.conformance.ts'
import { openClickHouseStore } from './fixtures/clickhouse.ts'
import { describeStore } from './store.conformance.ts'

// A real server's DDL takes its time, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: ClickHouse
beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(() => server[Symbol.asyncDispose]())

const open = () => openClickHouseStore(server, 'store')

describeStore('ClickHouse', open)
describeFilters('ClickHouse', open)
describeDocuments('ClickHouse', open)
