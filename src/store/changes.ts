import type { Json } from '../domain/chat.ts'
import type { Feedback } from '../domain/feedback.ts'
import type { DeleteDatapoints, WriteDatapoints } from './datapoints.ts'
import type { CacheChange } from './cache.ts'
import type { ExamplesChange } from './examples.ts'

/**
 * What is written beside inferences: each is applied whole, in order, together with the records
 * before it, and a second time changes nothing. What it answers is in brackets.
 */
export type Change =
  /** Something is said of an inference or an episode. [null] */
  | { readonly kind: 'feedback'; readonly feedback: Feedback }
  /** A document gets this value, whether or not it is there. [null] */
  | (DocumentName & { readonly kind: 'put'; readonly value: Json })
  /** A document gets this value if there is none: the first one stands. [the one that stands] */
  | (DocumentName & {
      readonly kind: 'claim'
      readonly value: Json
      /** What all gateways agree on will do though it cannot be written at the moment. */
      readonly unwritten?: true
    })
  /** [was it there?] */
  | (DocumentName & { readonly kind: 'remove' })
  /** [null] */
  | WriteDatapoints
  /** [how many] */
  | DeleteDatapoints
  | CacheChange
  | ExamplesChange
  /** An answer is no longer to be found by its name. [null] */
  | { readonly kind: 'forget_response'; readonly responseId: string }

/** Documents of one kind stand together, each under a name of its own. */
export interface DocumentName {
  readonly collection: string
  readonly key: string
}

/** How a change went; an error is for the caller, with what to do. */
export type ChangeOutcome = { readonly result: Json } | { readonly error: string }
