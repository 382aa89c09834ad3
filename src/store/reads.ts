import type { Json } from '../domain/chat.ts'
import type { Feedback, FeedbackType } from '../domain/feedback.ts'
import type { DocumentName } from './changes.ts'
import type { DatapointReads } from './datapoints.ts'
import type { EpisodeReads } from './episodes.ts'
import type { InferenceReads } from './inference-reads.ts'
import type { StatisticsReads } from './feedback-statistics.ts'
import type { CacheReads } from './cache.ts'
import type { ExampleReads } from './examples.ts'
import type { LogReader } from './store.ts'
import type { UsageReads } from './usage.ts'

/** Everything the store can be asked. Each engine answers all of it; one suite says what is right. */
export interface Reads
  extends
    LogReader,
    FeedbackReads,
    DocumentReads,
    UsageReads,
    InferenceReads,
    StatisticsReads,
    DatapointReads,
    EpisodeReads,
    CacheReads,
    ExampleReads {}

export interface FeedbackReads {
  feedbackById(id: string): Promise<Feedback | null>
  /** What feedback may be given to; null where there is no such inference and no such episode. */
  target(id: string): Promise<FeedbackTarget | null>
  /** What was said of one target, or that of one type, the newest first. */
  feedbackOf(targetId: string, page: IdPage & { readonly type?: FeedbackType }): Promise<Feedback[]>
  feedbackSummary(targetId: string): Promise<FeedbackSummary>
}

/** What was said of one target: only types and metrics of which there is something. */
export interface FeedbackSummary {
  readonly byType: Readonly<
    Partial<Record<FeedbackType, { count: number; firstId: string; lastId: string }>>
  >
  /** The newest feedback's id by its metric's name. */
  readonly latest: Readonly<Record<string, string>>
}

export type FeedbackTarget =
  | {
      readonly level: 'inference'
      readonly functionName: string
      readonly variantName: string
      readonly episodeId: string
    }
  | { readonly level: 'episode' }

/** A page of things with ids, newest first; `before` and `after` are ids, themselves left out. */
export interface IdPage {
  readonly before?: string
  /** The page just after (newer than) this one; still the newest first. */
  readonly after?: string
  readonly limit: number
}

export interface DocumentReads {
  /** Null where there is none. */
  document(name: DocumentName): Promise<Json>
  /** In the order of their keys, those after `after`. */
  documents(
    collection: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly key: string; readonly value: Json }[]>
}

/** The same questions as an engine answers them, at once or later. */
export type Answers = {
  readonly [Method in keyof Reads]: (
    ...args: Parameters<Reads[Method]>
  ) => Awaited<ReturnType<Reads[Method]>> | ReturnType<Reads[Method]>
}

/** Every question by name: a new one that is forgotten here does not compile. */
export const READS: Readonly<Record<keyof Reads, true>> = {
  list: true,
  get: true,
  byResponse: true,
  byAttempt: true,
  neighbours: true,
  overview: true,
  count: true,
  target: true,
  feedbackOf: true,
  feedbackSummary: true,
  feedbackByVariant: true,
  feedbackUntil: true,
  document: true,
  documents: true,
  usage: true,
  inferences: true,
  countInferences: true,
  datapoints: true,
  datasets: true,
  episodes: true,
  episodeBounds: true,
  feedbackById: true,
  cached: true,
  nearestExamples: true,
}
