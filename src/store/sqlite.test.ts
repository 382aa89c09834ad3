import { makeDirectory, openTestReader, openTestRecorder } from './fixtures/open.ts'
import { describeDatapoints } from './datapoints.conformance.ts'
import { describeCache } from './cache.conformance.ts'
import { describeDocuments } from './documents.conformance.ts'
import { describeStatistics } from './feedback-statistics.conformance.ts'
import { describeEpisodes } from './episodes.conformance.ts'
import { describeExamples } from './examples.conformance.ts'
import { describeFilters } from './filters.conformance.ts'
import { describeInferences } from './inferences.conformance.ts'
import { describeStore, type TestStore } from './store.conformance.ts'
import { describeSearch } from './search.conformance.ts'
import { describeUsage } from './usage.conformance.ts'

describeStore('SQLite', openStore)
describeFilters('SQLite', openStore)
describeSearch('SQLite', openStore)
describeDocuments('SQLite', openStore)
describeEpisodes('SQLite', openStore)
describeDatapoints('SQLite', openStore)
describeUsage('SQLite', openStore)
describeInferences('SQLite', openStore)
describeStatistics('SQLite', openStore)
describeCache('SQLite', openStore)
describeExamples('SQLite', openStore)

function openStore(): Promise<TestStore> {
  const directory = makeDirectory()
  const { recorder } = openTestRecorder(directory.path, { maxQueueBytes: 1e9 })
  const reader = openTestReader(directory.path)
  return Promise.resolve({
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
  })
}
