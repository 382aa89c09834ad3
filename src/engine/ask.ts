import type { BodyPatch, HeaderPatch } from '../domain/patch.ts'
import type { Cancellation } from '../lib/cancel.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Secret } from '../lib/secret.ts'
import type { CacheOptions, Timeouts } from '../config/config.ts'
import type {
  Encoded,
  Operation,
  Quirks,
  WireName,
  Wires,
  WireTarget,
} from '../providers/provider.ts'

import type { Task } from './functions/task.ts'

export type { WireName } from '../providers/provider.ts'

/** What one model is asked: all that its tries need. */
export interface ModelCall {
  /** The client's API, as the record names it: `openai.chat`, `anthropic.messages`. */
  readonly dialect: string
  readonly operation: Operation
  /** The provider wire that speaks the client's own format; null where no provider does. */
  readonly wire: WireName | null
  /** The model's name as the client wrote it. */
  readonly requestedModel: string
  /** A bare name: the client wants the upstream's own bytes. */
  readonly relay: boolean
  readonly stream: boolean
  /** The client asked for usage in its stream, or does not stream. */
  readonly wantsUsage: boolean
  /** The body as received. */
  readonly body: Buffer
  /** The same, a byte a character, where it is made already. */
  readonly latin1?: string
  /** The body in the dialect's own terms: what is ours has been taken out. */
  readonly json: JsonObject
  /** `body` says just what `json` does: its bytes may go on. */
  readonly verbatim: boolean
  /** Of `body`; absent: JSON. */
  readonly contentType?: string
  /**
   * The request in the format of a provider that speaks another wire, by way of our nouns. Null
   * where this operation has no nouns, or the provider cannot do it.
   */
  encodeFor(provider: CallPlace, target: WireTarget): Encoded | null
  /** `body` with the model's name at the provider, where it is no JSON (multipart forms). */
  rename?(model: string): Buffer
  /** Headers of the client that go on to providers that know them. */
  readonly forward?: ForwardedHeaders
  readonly credentials: ReadonlyMap<string, Secret>
  /** Null: as the configuration says. */
  readonly cache: CacheOptions | null
  readonly extraBody: readonly BodyPatch[]
  readonly extraHeaders: readonly HeaderPatch[]
  /** The client wants to see each event of a stream as it came. */
  readonly keepsEvents?: boolean
  /** The client's, where it gave some. */
  readonly tags?: Readonly<Record<string, string>>
  /** What else the answer is to tell; absent: nothing. */
  readonly include?: Include
  /** Set where a variant of a function asks. */
  readonly variant?: VariantCall
  /** Cancelled when the client goes away. */
  readonly gone: Cancellation
}

/** Headers of one provider's format. */
export interface ForwardedHeaders {
  readonly wire: WireName
  /** What the client wishes (`anthropic-beta`). */
  readonly wishes: Readonly<Record<string, string>>
  /** What its words mean (`anthropic-version`): they go where those words go. */
  readonly ofWords: Readonly<Record<string, string>>
}

/** What a variant adds to a call. */
export interface VariantCall {
  readonly name: string
  readonly timeouts: Timeouts
  /** When the variant began, µs: its limits bound all that it does. */
  readonly startedUs: number
  readonly extraBody: readonly BodyPatch[]
  readonly extraHeaders: readonly HeaderPatch[]
  /** The request as the model sees it, for the record. */
  readonly input: JsonObject
  /** Which of several candidates it is for; null: none. */
  readonly candidate: number | null
}

/** Where a call goes: what a provider can do, and its names. */
export interface CallPlace {
  readonly wires: Wires
  readonly quirks: Quirks
  /** The provider's type, its name in the routing, and the model's configured name. */
  readonly type: string
  readonly name: string
  readonly model: string
  /** It is another gateway, with providers of its own. */
  readonly relays?: true
}

/** What an answer in TensorZero's shape may tell beside itself. */
export interface Include {
  /** What the providers answered, word for word. */
  readonly rawResponse: boolean
  /** Usage in the providers' own words. */
  readonly rawUsage: boolean
  /** The older way: the last provider's answer alone. */
  readonly originalResponse: boolean
  /** Of a stream, the whole answer in its last chunk. */
  readonly aggregated: boolean
}

/** What a client asks for, read by its dialect. The engine decides everything else. */
export interface Ask extends ModelCall {
  /** `requestedModel` without a `tensorzero::` prefix: a configured name or a short one. */
  readonly model: string
  readonly episodeId: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly dryrun: boolean
  readonly warnings: readonly string[]
  /** How the client may ask for the answer again, by the inference's id; absent: not at all. */
  readonly keptAs?: (inferenceId: string) => string
  /** Set where a function answers, or a model in the terms of TensorZero's own API. */
  readonly task?: Task
}

/** Of an ask, what a client may wish beside, where nothing is wished. */
export const NO_WISHES: Pick<
  Ask,
  | 'episodeId'
  | 'tags'
  | 'credentials'
  | 'cache'
  | 'extraBody'
  | 'extraHeaders'
  | 'dryrun'
  | 'warnings'
> = {
  episodeId: null,
  tags: {},
  credentials: new Map(),
  cache: null,
  extraBody: [],
  extraHeaders: [],
  dryrun: false,
  warnings: [],
}
