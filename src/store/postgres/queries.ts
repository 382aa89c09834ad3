import type { CachedAnswer } from '../../domain/cached-answer.ts'
import type { Json } from '../../domain/chat.ts'
import type { Datapoint } from '../../domain/datapoint.ts'
import type { ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import type { Feedback, FeedbackType } from '../../domain/feedback.ts'
import type { InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import type { LogFilter } from '../../domain/log-query.ts'
import type { Budget } from '../budget.ts'
import type { DocumentName } from '../changes.ts'
import type {
  DatapointPage,
  DatapointQuery,
  DatapointReads,
  DatasetFigures,
} from '../datapoints.ts'
import type { EpisodeBounds, EpisodeFigures, EpisodeQuery } from '../episodes.ts'
import type {
  StatisticsQuery,
  VariantFeedback,
  VariantFeedbackUntil,
} from '../feedback-statistics.ts'
import type { FoundInference } from '../inference-reads.ts'
import { attemptSpan } from '../attempt-span.ts'
import type { Answers, FeedbackSummary, FeedbackTarget, IdPage } from '../reads.ts'
import type { OverviewSpan } from '../sqlite/overview.ts'
import type { OutboxReader } from '../remote/outbox-reader.ts'
import { readNumber, readText, type Row } from '../row.ts'
import type { LogPage, Overview, StoredInference } from '../store.ts'
import type { UsageQuery, UsageRow } from '../usage.ts'
import { readCached } from './cached-answers.ts'
import { readDatapoints, readDatasets } from './datapoints.ts'
import { type Asks, readDocument, readDocuments } from './documents.ts'
import { readEpisodeBounds, readEpisodes } from './episodes.ts'
import type { PostgresExamples } from './examples.ts'
import { readFeedbackById, readFeedbackOf, readFeedbackSummary, readTarget } from './feedback.ts'
import { compileFilter, Values } from './filter.ts'
import { logRowOf, SELECT_ATTEMPTS, SELECT_INFERENCES, storedOf } from './log-rows.ts'
import { countInferences, readInferences } from './inferences.ts'
import { readOverview } from './overview.ts'
import { payloadOf } from './payload.ts'
import { readFeedbackByVariant, readFeedbackUntil } from './statistics.ts'
import { decodeText, encodeText } from './text.ts'
import { readUsage } from './usage.ts'

const MOST_ROWS = 1000
const MOST_COUNTED = 10_000

/** What questions share. */
export interface PostgresMeans {
  readonly db: Asks
  readonly examples: PostgresExamples
  readonly outbox: OutboxReader
}

/** What the store can be asked. The server's own time limit ends what takes too long. */
export class PostgresQueries implements Answers {
  readonly #db: Asks
  readonly #budget: Budget
  readonly #means: PostgresMeans

  constructor(budget: Budget, means: PostgresMeans) {
    this.#db = means.db
    this.#budget = budget
    this.#means = means
  }

  async list(filter: LogFilter, page: { before: number | null; limit: number }): Promise<LogPage> {
    const limit = Math.max(1, Math.min(MOST_ROWS, Math.trunc(page.limit)))
    const values = new Values()
    const before = page.before === null ? 'true' : `i.seq < ${values.add(page.before)}`
    const condition = compileFilter(filter, values)
    const { rows } = await this.#db.query<Row>(
      `${SELECT_INFERENCES} WHERE ${before} AND ${condition}
       ORDER BY i.seq DESC LIMIT ${values.add(limit + 1)}`,
      values.list,
    )
    const shown = rows.slice(0, limit).map(logRowOf)
    return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.seq ?? null) : null }
  }

  async get(id: string): Promise<StoredInference | null> {
    return this.#means.outbox.get(id) ?? this.#get(id)
  }

  async #get(id: string): Promise<StoredInference | null> {
    const name = [encodeText(id)]
    const { rows } = await this.#db.query<Row>(`${SELECT_INFERENCES} WHERE i.id = $1`, name)
    const [row] = rows
    if (row === undefined) return null
    const [attempts, payloads] = await Promise.all([
      this.#db.query<Row>(`${SELECT_ATTEMPTS} WHERE a.inference_id = $1 ORDER BY a.position`, name),
      this.#db.query<Row>('SELECT frame FROM weir.payload WHERE inference_id = $1', name),
    ])
    return storedOf(row, attempts.rows, payloadOf(payloads.rows[0], id))
  }

  async byResponse(responseId: string): Promise<StoredInference | null> {
    const { rows } = await this.#db.query<Row>(
      'SELECT id FROM weir.inference WHERE response_id = $1 ORDER BY seq DESC LIMIT 1',
      [encodeText(responseId)],
    )
    const [row] = rows
    return row === undefined ? null : this.get(decodeText(readText(row, 'id')))
  }

  async byAttempt(attemptId: string): Promise<StoredInference | null> {
    const span = attemptSpan(attemptId)
    if (span === null) return null
    const { rows } = await this.#db.query<Row>(
      `SELECT inference_id FROM weir.attempt
       WHERE inference_id BETWEEN $1 AND $2 AND id = $3 LIMIT 1`,
      [span.first, span.last, attemptId],
    )
    const [row] = rows
    return row === undefined ? null : this.get(decodeText(readText(row, 'inference_id')))
  }

  async neighbours(
    id: string,
    filter: LogFilter,
  ): Promise<{ newer: string | null; older: string | null }> {
    const { rows } = await this.#db.query<Row>('SELECT seq FROM weir.inference WHERE id = $1', [
      encodeText(id),
    ])
    const [row] = rows
    if (row === undefined) return { newer: null, older: null }
    const seq = readNumber(row, 'seq')
    const [newer, older] = await Promise.all([
      this.#next(filter, seq, '>', 'ASC'),
      this.#next(filter, seq, '<', 'DESC'),
    ])
    return { newer, older }
  }

  overview(filter: LogFilter, span: OverviewSpan): Promise<Overview> {
    return readOverview(this.#db, filter, span)
  }

  async count(filter: LogFilter): Promise<{ count: number; exact: boolean }> {
    const values = new Values()
    const condition = compileFilter(filter, values)
    const { rows } = await this.#db.query<Row>(
      `SELECT count(*) AS count FROM (SELECT FROM weir.inference i WHERE ${condition}
         LIMIT ${values.add(MOST_COUNTED + 1)}) AS found`,
      values.list,
    )
    const count = Number(rows[0]?.['count'])
    return { count: Math.min(count, MOST_COUNTED), exact: count <= MOST_COUNTED }
  }

  async target(id: string): Promise<FeedbackTarget | null> {
    return this.#means.outbox.target(id) ?? readTarget(this.#db, id)
  }

  feedbackById(id: string): Promise<Feedback | null> {
    return readFeedbackById(this.#db, id)
  }

  feedbackOf(
    targetId: string,
    page: IdPage & { readonly type?: FeedbackType },
  ): Promise<Feedback[]> {
    return readFeedbackOf(this.#db, targetId, page)
  }

  feedbackSummary(targetId: string): Promise<FeedbackSummary> {
    return readFeedbackSummary(this.#db, targetId)
  }

  feedbackByVariant(of: StatisticsQuery): Promise<VariantFeedback[]> {
    return readFeedbackByVariant(this.#db, of)
  }

  feedbackUntil(of: StatisticsQuery, ends: readonly number[]): Promise<VariantFeedbackUntil[]> {
    return readFeedbackUntil(this.#db, of, ends)
  }

  inferences(query: InferenceQuery, page: InferencePage): Promise<FoundInference[]> {
    return readInferences({ db: this.#db, budget: this.#budget }, query, page)
  }

  countInferences(query: InferenceQuery): Promise<number> {
    return countInferences({ db: this.#db, budget: this.#budget }, query)
  }

  episodes(query: EpisodeQuery): Promise<EpisodeFigures[]> {
    return readEpisodes(this.#db, query)
  }

  episodeBounds(): Promise<EpisodeBounds> {
    return readEpisodeBounds(this.#db)
  }

  datapoints(query: DatapointQuery, page: DatapointPage): Promise<Datapoint[]> {
    return readDatapoints(this.#db, query, page)
  }

  datasets(query: Parameters<DatapointReads['datasets']>[0]): Promise<DatasetFigures[]> {
    return readDatasets(this.#db, query)
  }

  usage(query: UsageQuery): Promise<UsageRow[]> {
    return readUsage(this.#db, query)
  }

  cached(key: string): Promise<CachedAnswer | null> {
    return readCached(this.#db, key)
  }

  nearestExamples(space: ExampleSpace, query: ExampleQuery): Promise<NearExample[]> {
    return this.#means.examples.nearest(this.#db, space, query)
  }

  document(name: DocumentName): Promise<Json> {
    return readDocument(this.#db, name)
  }

  documents(
    collection: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ key: string; value: Json }[]> {
    return readDocuments(this.#db, collection, page)
  }

  async #next(
    filter: LogFilter,
    seq: number,
    side: '<' | '>',
    order: 'ASC' | 'DESC',
  ): Promise<string | null> {
    const values = new Values()
    const condition = compileFilter(filter, values)
    const { rows } = await this.#db.query<Row>(
      `SELECT i.id FROM weir.inference i WHERE i.seq ${side} ${values.add(seq)} AND ${condition}
       ORDER BY i.seq ${order} LIMIT 1`,
      values.list,
    )
    return rows[0] === undefined ? null : decodeText(readText(rows[0], 'id'))
  }
}
