import type { z } from 'zod'
import type { ChatRequest, JsonObject, Part, ProviderError } from '../domain/chat.ts'
import type { Script } from '../lib/script.ts'
import type { SseEvent } from '../lib/sse.ts'

export type { Script } from '../lib/script.ts'

/** The formats providers speak. A client dialect of the same name can take the fast lane. */
export type WireName = 'openai_chat'

/** What an encoder needs to know of where the request goes. */
export interface WireTarget {
  /** The model's name at the provider. */
  readonly model: string
  readonly stream: boolean
}

/** A format shared by many providers: pure functions between its JSON and our nouns. */
export interface Wire {
  readonly name: WireName
  /** Appended to the base address. */
  readonly path: string
  /** Our nouns as this wire's body, with the fields that found no place in it. */
  encode(chat: ChatRequest, target: WireTarget, quirks: Quirks): Encoded
  /** Reads a whole answer. */
  parts(body: JsonObject): Part[]
  /** A fresh decoder for one stream. */
  decoder(): Decoder
  /** The provider's own words in an error body, or in a 200 that is one; null when it is none. */
  error(body: unknown): ProviderError | null
}

export interface Encoded {
  readonly body: JsonObject
  readonly dropped: readonly string[]
}

/** Turns one stream's events into parts. Synchronous, so that it can be tested without a stream. */
export interface Decoder {
  push(event: SseEvent): Part[]
  /** Whether the wire's own end marker has been seen. */
  readonly done: boolean
}

/** Where a provider departs from its wire, as data. */
export interface Quirks {
  /** The name it has for the output limit. */
  readonly maxTokens?: 'max_tokens' | 'max_completion_tokens'
  /** Whether it reports usage in a stream only when asked by `stream_options`. */
  readonly asksForUsage?: boolean
}

/** A provider: a small file of differences over a shared wire. Pure: no network, clock or store. */
export interface Provider {
  /** Its `type` in the configuration and its prefix in short names (`openrouter::…`). */
  readonly type: string
  readonly wire: Wire
  readonly quirks: Quirks
  /** Its own keys in the configuration, beside the common ones. */
  readonly fields: z.ZodObject
  /** Of those keys, the ones that name a file, and what is in it: the options hold its content. */
  readonly files?: Readonly<Record<string, z.ZodType>>
  /** Whether `type::model` works without configuration. */
  readonly shorthand: boolean
  /** Models that are always there, for lists of what can be named. */
  readonly models?: readonly string[]
  /** Ends with a slash. Absent where the configuration must give one, or where there is none. */
  readonly apiBase?: string
  /** A credential location, `none` for providers that need no key. */
  readonly credential: string
  /** Fixed headers. */
  readonly headers?: Readonly<Record<string, string>>
  /** Providers that answer from inside the process instead of the network. */
  readonly script?: ScriptSource
}

/** Answers a request from inside the process: the same bytes a server would have sent. */
export type ScriptSource = (request: ScriptRequest) => Script

export interface ScriptRequest {
  readonly model: string
  readonly body: JsonObject
  /** How many tries were made before this one, in the same client request. */
  readonly earlierAttempts: number
  /** How many times this model of the provider was called before, in this process. */
  readonly call: number
  /** The provider's own configuration fields. */
  readonly options: Readonly<Record<string, unknown>>
}
