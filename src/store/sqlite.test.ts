import { describeDatapoints } from './datapoints.conformance.ts'
import { describeCache } from './cache.conformance.ts'
import { describeDocuments } from './documents.conformance.ts'
import { describeStatistics } from './feedback-statistics.conformance.ts'
import { describeEpisodes } from './episodes.conformance.ts'
import { describeExamples } from './examples.conformance.ts'
import { describeFilters } from './filters.conformance.ts'
import { openNearStore } from './fixtures/near.ts'
import { describeInferences } from './inferences.conformance.ts'
import { describeStore } from './store.conformance.ts'
import { describeSearch } from './search.conformance.ts'
import { describeUsage } from './usage.conformance.ts'

const open = () => Promise.resolve(openNearStore())

describeStore('SQLite', open)
describeFilters('SQLite', open)
describeSearch('SQLite', open)
describeDocuments('SQLite', open)
describeEpisodes('SQLite', open)
describeDatapoints('SQLite', open)
describeUsage('SQLite', open)
describeInferences('SQLite', open)
describeStatistics('SQLite', open)
describeCache('SQLite', open)
describeExamples('SQLite', open)
