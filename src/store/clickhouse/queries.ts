import type { CachedAnswer } from '../../domain/cached-answer.ts'
import type { Json } from '../../domain/chat.ts'
import type { Datapoint } from '../../domain/datapoint.ts'
import type { ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import type { Feedback, FeedbackType } from '../../domain/feedback.ts'
import type { InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import type { LogFilter } from '../../domain/log-query.ts'
import type { DocumentName } from '../changes.ts'
import type {
  StatisticsQuery,
  VariantFeedback,
  VariantFeedbackUntil,
} from '../feedback-statistics.ts'
import type { EpisodeBounds, EpisodeFigures, EpisodeQuery } from '../episodes.ts'
import type {
  DatapointPage,
  DatapointQuery,
  DatapointReads,
  DatasetFigures,
} from '../datapoints.ts'
import type { FoundInference } from '../inference-reads.ts'
import { attemptSpan } from '../attempt-span.ts'
import type { Answers, FeedbackSummary, FeedbackTarget, IdPage } from '../reads.ts'
import { countInferences, readInferences } from './inferences.ts'
import { readByVariant, readUntil } from './statistics.ts'
import type { LogPage, LogRow, Overview, StoredInference } from '../store.ts'
import { readCached } from './cached-answers.ts'
import type { Params } from './connection.ts'
import { readDatapoints, readDatasets } from './datapoints.ts'
import { isForgotten, readDocument, readDocuments } from './documents.ts'
import { readEpisodeBounds, readEpisodes } from './episodes.ts'
import { readNearest } from './examples.ts'
import { readFeedback, readFeedbackOf, readSummary, readTarget } from './feedback.ts'
import { Bindings, compileFilter } from './filter.ts'
import { readOverview, type Span } from './overview.ts'
import { decodeLogRow, decodeStored, LOG_COLUMNS } from './record-rows.ts'
import type { UsageQuery, UsageRow } from '../usage.ts'
import { readUsage } from './usage.ts'
import type { OutboxReader } from '../remote/outbox-reader.ts'
import { readNumber, readText, type Row } from '../row.ts'

/** Asks the server, within the time of one question. */
export type Ask = (query: string, params: Params) => Promise<Row[]>

const MOST_ROWS = 1000
const MOST_COUNTED = 10_000

/** What the store can be asked. */
export class Queries implements Answers {
  readonly #ask: Ask
  readonly #outbox: OutboxReader

  constructor(ask: Ask, outbox: OutboxReader) {
    this.#ask = ask
    this.#outbox = outbox
  }

  async list(filter: LogFilter, page: { before: number | null; limit: number }): Promise<LogPage> {
    const limit = Math.max(1, Math.min(MOST_ROWS, Math.trunc(page.limit)))
    const bindings = new Bindings()
    const where = compileFilter(filter, bindings)
    const before = page.before === null ? '' : `AND seq < ${bindings.add('Int64', page.before)}`
    const rows = await this.#ask(
      `SELECT ${LOG_COLUMNS} FROM WeirInference WHERE ${where} ${before}
       ORDER BY seq DESC, id DESC LIMIT ${limit + 1}`,
      bindings.params,
    )
    return pageOf(rows.map(decodeLogRow), limit)
  }

  async get(id: string): Promise<StoredInference | null> {
    const waiting = this.#outbox.get(id)
    if (waiting !== null) return waiting
    const [row] = await this.#ask(
      `SELECT ${LOG_COLUMNS}, facts, texts FROM WeirInference WHERE id = {id: String}
       ORDER BY seq LIMIT 1`,
      { id },
    )
    return row === undefined ? null : decodeStored(row)
  }

  async byResponse(responseId: string): Promise<StoredInference | null> {
    const [row] = await this.#ask(
      `SELECT ${LOG_COLUMNS}, facts, texts FROM WeirInference
       WHERE response_id = {id: String} ORDER BY seq DESC LIMIT 1`,
      { id: responseId },
    )
    if (row === undefined || (await isForgotten(this.#ask, responseId))) return null
    return decodeStored(row)
  }

  async byAttempt(attemptId: string): Promise<StoredInference | null> {
    const span = attemptSpan(attemptId)
    if (span === null) return null
    const [row] = await this.#ask(
      `SELECT toString(inference_id) AS owner FROM ModelInference
       WHERE inference_id BETWEEN {first: UUID} AND {last: UUID} AND id = {last: UUID} LIMIT 1`,
      span,
    )
    return row === undefined ? null : this.get(readText(row, 'owner'))
  }

  async neighbours(
    id: string,
    filter: LogFilter,
  ): Promise<{ newer: string | null; older: string | null }> {
    const [row] = await this.#ask(
      'SELECT seq FROM WeirInference WHERE id = {id: String} ORDER BY seq LIMIT 1',
      { id },
    )
    if (row === undefined) return { newer: null, older: null }
    const bindings = new Bindings()
    const where = compileFilter(filter, bindings)
    const seq = bindings.add('Int64', readNumber(row, 'seq'))
    const beyond = async (comparison: string, order: string) => {
      const [found] = await this.#ask(
        `SELECT id FROM WeirInference WHERE ${where} AND seq ${comparison} ${seq}
         ORDER BY seq ${order} LIMIT 1`,
        bindings.params,
      )
      return found === undefined ? null : readText(found, 'id')
    }
    return { newer: await beyond('>', 'ASC'), older: await beyond('<', 'DESC') }
  }

  overview(filter: LogFilter, span: Span): Promise<Overview> {
    return readOverview(this.#ask, filter, span)
  }

  async count(filter: LogFilter): Promise<{ count: number; exact: boolean }> {
    const bindings = new Bindings()
    const where = compileFilter(filter, bindings)
    const [row = {}] = await this.#ask(
      `SELECT count() AS count FROM (
         SELECT 1 FROM WeirInference WHERE ${where} LIMIT ${MOST_COUNTED + 1})`,
      bindings.params,
    )
    const count = readNumber(row, 'count')
    return { count: Math.min(count, MOST_COUNTED), exact: count <= MOST_COUNTED }
  }

  async target(id: string): Promise<FeedbackTarget | null> {
    return this.#outbox.target(id) ?? readTarget(this.#ask, id)
  }

  feedbackOf(
    targetId: string,
    page: IdPage & { readonly type?: FeedbackType },
  ): Promise<Feedback[]> {
    return readFeedbackOf(this.#ask, targetId, page)
  }

  cached(key: string): Promise<CachedAnswer | null> {
    return readCached(this.#ask, key)
  }

  nearestExamples(space: ExampleSpace, query: ExampleQuery): Promise<NearExample[]> {
    return readNearest(this.#ask, space, query)
  }

  document(name: DocumentName): Promise<Json> {
    return readDocument(this.#ask, name)
  }

  documents(
    collection: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ key: string; value: Json }[]> {
    return readDocuments(this.#ask, collection, page)
  }

  feedbackSummary(targetId: string): Promise<FeedbackSummary> {
    return readSummary(this.#ask, targetId)
  }

  feedbackByVariant(query: StatisticsQuery): Promise<VariantFeedback[]> {
    return readByVariant(this.#ask, query)
  }

  feedbackUntil(query: StatisticsQuery, ends: readonly number[]): Promise<VariantFeedbackUntil[]> {
    return readUntil(this.#ask, query, ends)
  }

  inferences(query: InferenceQuery, page: InferencePage): Promise<FoundInference[]> {
    return readInferences(this.#ask, query, page)
  }

  countInferences(query: InferenceQuery): Promise<number> {
    return countInferences(this.#ask, query)
  }

  usage(query: UsageQuery): Promise<UsageRow[]> {
    return readUsage(this.#ask, query)
  }

  episodes(query: EpisodeQuery): Promise<EpisodeFigures[]> {
    return readEpisodes(this.#ask, query)
  }

  episodeBounds(): Promise<EpisodeBounds> {
    return readEpisodeBounds(this.#ask)
  }

  datapoints(query: DatapointQuery, page: DatapointPage): Promise<Datapoint[]> {
    return readDatapoints(this.#ask, query, page)
  }

  datasets(query: Parameters<DatapointReads['datasets']>[0]): Promise<DatasetFigures[]> {
    return readDatasets(this.#ask, query)
  }

  feedbackById(id: string): Promise<Feedback | null> {
    return readFeedback(this.#ask, id)
  }
}

/** Two gateways may give the same place to two rows: a page does not end between such. */
function pageOf(rows: readonly LogRow[], limit: number): LogPage {
  if (rows.length <= limit) return { rows, next: null }
  const next = rows[limit]?.seq
  const apart = rows.slice(0, limit).findLastIndex(({ seq }) => seq !== next)
  const shown = rows.slice(0, apart === -1 ? limit : apart + 1)
  return { rows: shown, next: shown.at(-1)?.seq ?? null }
}
