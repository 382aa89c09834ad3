import { afterAll, beforeAll } from 'vitest'
import { type PostgresServer, startPostgres } from '../../test/support/postgres.ts'
import { describeDocuments } from './documents.conformance.ts'
import { describeFilters } from './filters.conformance.ts'
import { makeDirectory, openTestReader, openTestRecorder } from './fixtures/open.ts'
import { describeStore, type TestStore } from './store.conformance.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())

describeStore('PostgreSQL', openStore)
describeFilters('PostgreSQL', openStore)
describeDocuments('PostgreSQL', openStore)

/** An empty schema, in the one database: a new database takes a second. */
async function openStore(): Promise<TestStore> {
  const directory = makeDirectory()
  await server.query('DROP SCHEMA IF EXISTS weir CASCADE')
  const threadData = { dataDir: directory.path, url: server.url() }
  const { recorder } = openTestRecorder(
    threadData,
    { maxQueueBytes: 1e9 },
    'postgres-writer-entry.ts',
  )
  const reader = openTestReader(threadData, 'postgres-reader-entry.ts')
  await recorder.opened()
  return {
    write: (records) => {
      for (const record of records) recorder.add(record, 5000)
      return recorder.flush()
    },
    change: (change) => recorder.change(change),
    reader,
    close: async () => {
      await Promise.all([recorder.close(), reader.close()])
      directory.remove()
    },
  }
}
