import type { DatabaseSync } from 'node:sqlite'
import type { CachedAnswer } from '../../domain/cached-answer.ts'
import type { ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import type { LogFilter } from '../../domain/log-query.ts'
import type { Json } from '../../domain/chat.ts'
import type { Feedback, FeedbackType } from '../../domain/feedback.ts'
import type { InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import type { FoundInference } from '../inference-reads.ts'
import type { Datapoint } from '../../domain/datapoint.ts'
import type {
  DatapointPage,
  DatapointQuery,
  DatapointReads,
  DatasetFigures,
} from '../datapoints.ts'
import { readDatapoints, readDatasets } from './datapoints.ts'
import type { EpisodeBounds, EpisodeFigures, EpisodeQuery } from '../episodes.ts'
import { readEpisodeBounds, readEpisodes } from './episodes.ts'
import type { DocumentName } from '../changes.ts'
import type {
  StatisticsQuery,
  VariantFeedback,
  VariantFeedbackUntil,
} from '../feedback-statistics.ts'
import { attemptSpan } from '../attempt-span.ts'
import type { Answers, FeedbackSummary, FeedbackTarget, IdPage } from '../reads.ts'
import type { LogPage, Overview, StoredInference } from '../store.ts'
import type { UsageQuery, UsageRow } from '../usage.ts'
import { readCached } from './cache-file.ts'
import { readDocument, readDocuments } from './documents.ts'
import { readFeedback, readFeedbackOf, readFeedbackSummary, readTarget } from './feedback.ts'
import type { Budget } from '../budget.ts'
import { InferenceSearch } from './inferences.ts'
import type { Library } from './library.ts'
import {
  decodeLogRow,
  decodeStored,
  SELECT_ATTEMPTS,
  SELECT_INFERENCES,
  SELECT_LOG_ROWS,
} from './log-rows.ts'
import { placeOf } from './payload-files.ts'
import { overviewOf, type OverviewSpan } from './overview.ts'
import { Search } from './search.ts'
import { readFeedbackByVariant, readFeedbackUntil } from './statistics.ts'
import { FIND_ATTEMPT, FIND_RESPONSE } from './response-id.ts'
import { asksForText, TextSearch } from './text-search.ts'
import { readUsage } from './usage.ts'
import { readNumber } from '../row.ts'
import { decodeId, encodeId } from './values.ts'

const MOST_ROWS = 1000
const MOST_COUNTED = 10_000

/** What the store can be asked, within one budget. Before the first record everything is empty. */
export class Queries implements Answers {
  readonly #library: Library
  readonly #budget: Budget

  constructor(library: Library, budget: Budget) {
    this.#library = library
    this.#budget = budget
  }

  list(filter: LogFilter, page: { before: number | null; limit: number }): LogPage {
    const db = this.#library.hot()
    if (db === null) return { rows: [], next: null }
    const limit = Math.max(1, Math.min(MOST_ROWS, Math.trunc(page.limit)))
    const { seqs, stoppedAt } = this.#find(db, filter)('older', page.before, limit + 1)
    const shown = seqs.slice(0, limit)
    const rows = db
      .prepare(
        `${SELECT_LOG_ROWS} WHERE i.seq IN (SELECT value FROM json_each(?)) ORDER BY i.seq DESC`,
      )
      .all(JSON.stringify(shown))
    const more = seqs.length > limit
    return { rows: rows.map(decodeLogRow), next: more ? (shown.at(-1) ?? null) : stoppedAt }
  }

  get(id: string): StoredInference | null {
    const db = this.#library.hot()
    const row = db?.prepare(`${SELECT_INFERENCES} WHERE i.id = ?`).get(encodeId(id))
    if (!db || row === undefined) return null
    const attempts = db.prepare(SELECT_ATTEMPTS).all(readNumber(row, 'seq'))
    return decodeStored(row, attempts, this.#library.payload(placeOf(row), id))
  }

  byResponse(responseId: string): StoredInference | null {
    const row = this.#library.hot()?.prepare(FIND_RESPONSE).get(responseId)
    return row === undefined ? null : this.get(decodeId(row['id']))
  }

  byAttempt(attemptId: string): StoredInference | null {
    const span = attemptSpan(attemptId)
    if (span === null) return null
    const ids = [span.first, span.last, attemptId].map(encodeId)
    const row = this.#library
      .hot()
      ?.prepare(FIND_ATTEMPT)
      .get(...ids)
    return row === undefined ? null : this.get(decodeId(row['id']))
  }

  neighbours(id: string, filter: LogFilter): { newer: string | null; older: string | null } {
    const db = this.#library.hot()
    const row = db?.prepare('SELECT seq FROM inference WHERE id = ?').get(encodeId(id))
    if (!db || row === undefined) return { newer: null, older: null }
    const find = this.#find(db, filter)
    const seq = readNumber(row, 'seq')
    return {
      newer: idAt(db, find('newer', seq, 1).seqs[0]),
      older: idAt(db, find('older', seq, 1).seqs[0]),
    }
  }

  overview(filter: LogFilter, span: OverviewSpan): Overview {
    return overviewOf(this.#library.hot(), filter, span, this.#budget)
  }

  count(filter: LogFilter): { count: number; exact: boolean } {
    const db = this.#library.hot()
    if (db === null) return { count: 0, exact: true }
    const { seqs, stoppedAt } = this.#find(db, filter)('older', null, MOST_COUNTED + 1)
    return { count: Math.min(seqs.length, MOST_COUNTED), exact: stoppedAt === null }
  }

  #find(db: DatabaseSync, filter: LogFilter): Search['seqs'] {
    const search = asksForText(filter)
      ? new TextSearch(this.#library, db, filter, this.#budget)
      : new Search(db, filter, this.#budget)
    return search.seqs.bind(search)
  }

  target(id: string): FeedbackTarget | null {
    return readTarget(this.#library.hot(), id)
  }

  feedbackOf(targetId: string, page: IdPage & { readonly type?: FeedbackType }): Feedback[] {
    return readFeedbackOf(this.#library.hot(), targetId, page)
  }

  inferences(query: InferenceQuery, page: InferencePage): FoundInference[] {
    return this.#inferences(query)?.page(page) ?? []
  }

  countInferences(query: InferenceQuery): number {
    return this.#inferences(query)?.count() ?? 0
  }

  datapoints(query: DatapointQuery, page: DatapointPage): Datapoint[] {
    const db = this.#library.hot()
    return db ? readDatapoints(db, this.#budget, query, page) : []
  }

  datasets(query: Parameters<DatapointReads['datasets']>[0]): DatasetFigures[] {
    const db = this.#library.hot()
    return db ? readDatasets(db, query) : []
  }

  episodes(query: EpisodeQuery): EpisodeFigures[] {
    const db = this.#library.hot()
    return db ? readEpisodes(db, this.#budget, query) : []
  }

  episodeBounds(): EpisodeBounds {
    const db = this.#library.hot()
    return db ? readEpisodeBounds(db, this.#budget) : { first: null, last: null, count: 0 }
  }

  feedbackById(id: string): Feedback | null {
    return readFeedback(this.#library.hot(), id)
  }

  #inferences(query: InferenceQuery): InferenceSearch | null {
    const db = this.#library.hot()
    return db && new InferenceSearch(this.#library, db, this.#budget, query)
  }

  feedbackSummary(targetId: string): FeedbackSummary {
    return readFeedbackSummary(this.#library.hot(), targetId)
  }

  feedbackByVariant(of: StatisticsQuery): VariantFeedback[] {
    return readFeedbackByVariant(this.#library.hot(), of)
  }

  feedbackUntil(of: StatisticsQuery, ends: readonly number[]): VariantFeedbackUntil[] {
    return readFeedbackUntil(this.#library.hot(), of, ends)
  }

  document(name: DocumentName): Json {
    return readDocument(this.#library.hot(), name)
  }

  nearestExamples(space: ExampleSpace, query: ExampleQuery): NearExample[] {
    return this.#library.examples.nearest(this.#library.hot(), space, query)
  }

  cached(key: string): CachedAnswer | null {
    return readCached(this.#library.cache(), key)
  }

  documents(
    collection: string,
    page: { readonly after?: string; readonly limit: number },
  ): { key: string; value: Json }[] {
    return readDocuments(this.#library.hot(), collection, page)
  }

  usage(query: UsageQuery): UsageRow[] {
    return readUsage(this.#library.hot(), query, this.#budget)
  }
}

function idAt(db: DatabaseSync, seq: number | undefined): string | null {
  if (seq === undefined) return null
  const row = db.prepare('SELECT id FROM inference WHERE seq = ?').get(seq)
  return row === undefined ? null : decodeId(row['id'])
}
