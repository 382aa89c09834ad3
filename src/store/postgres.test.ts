import { afterAll, beforeAll, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../../test/support/postgres.ts'
import { describeCache } from './cache.conformance.ts'
import { describeDatapoints } from './datapoints.conformance.ts'
import { describeDocuments } from './documents.conformance.ts'
import { describeEpisodes } from './episodes.conformance.ts'
import { describeStatistics } from './feedback-statistics.conformance.ts'
import { describeExamples } from './examples.conformance.ts'
import { describeFilters } from './filters.conformance.ts'
import { makeDirectory, openTestReader, openTestRecorder } from './fixtures/open.ts'
import { overServer } from './fixtures/over-server.ts'
import { describeInferences } from './inferences.conformance.ts'
import { describeStore, type TestStore } from './store.conformance.ts'
import { describeUsage } from './usage.conformance.ts'

// A server in another process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const directory = makeDirectory()
let server: PostgresServer
let recorder: ReturnType<typeof openTestRecorder>['recorder']
let reader: ReturnType<typeof openTestReader>

/** One server and one pair of threads for all tests: each begins with empty tables. */
beforeAll(async () => {
  server = await startPostgres()
  const threadData = { dataDir: directory.path, url: server.url() }
  const limits = { maxQueueBytes: 1e9 }
  recorder = openTestRecorder(threadData, limits, 'postgres-writer-entry.ts').recorder
  reader = openTestReader(threadData, 'postgres-reader-entry.ts')
  await recorder.opened()
})
afterAll(async () => {
  await Promise.all([recorder.close(), reader.close()])
  await server[Symbol.asyncDispose]()
  directory.remove()
})

describeStore('PostgreSQL', openStore)
describeFilters('PostgreSQL', openStore)
describeDocuments('PostgreSQL', openStore)
describeUsage('PostgreSQL', openStore)
describeStatistics('PostgreSQL', openStore)
describeInferences('PostgreSQL', openStore)
describeEpisodes('PostgreSQL', openStore)
describeDatapoints('PostgreSQL', openStore)
describeCache('PostgreSQL', openStore)
describeExamples('PostgreSQL', openStore)

async function openStore(): Promise<TestStore> {
  const tables = await server.query(
    `SELECT string_agg(format('weir.%I', tablename), ', ') AS names FROM pg_tables
     WHERE schemaname = 'weir' AND tablename <> 'migration'`,
  )
  await server.query(`TRUNCATE ${String(tables[0]?.['names'])}`)
  return { ...overServer(recorder, reader), close: () => Promise.resolve() }
}
