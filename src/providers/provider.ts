import type { z } from 'zod'
import type { ChatRequest, JsonObject, Part, ProviderError } from '../domain/chat.ts'
import type { EmbeddingRequest } from '../domain/embedding.ts'
import type { Glance } from '../lib/json-glance.ts'
import type { Script } from '../lib/script.ts'
import type { SseEvent } from '../lib/sse.ts'
import type { BatchApi } from './batch.ts'
import type { CallNames } from './call-ids.ts'

export type { Script } from '../lib/script.ts'

/** The formats providers speak. A client dialect of the same name can take the fast lane. */
export type WireName =
  | 'openai_chat'
  | 'openai_responses'
  | 'anthropic_messages'
  | 'gemini'
  | 'bedrock_converse'
  | 'ollama_chat'
  | 'cohere_chat'
  | 'openai_embeddings'
  | 'gemini_embeddings'
  | 'gemini_embed_content'
  | 'cohere_embeddings'
  | 'openai_completions'
  | 'rerank'
  | 'openai_moderations'
  | 'openai_images'
  | 'openai_speech'
  | 'openai_transcription'
  | 'openai_translation'
  | 'openai_image_edits'
  | 'openai_image_variations'
  | 'perplexity_embeddings'
  | 'anthropic_count_tokens'
  | 'gemini_count_tokens'
  | 'tensorzero_inference'
  | 'openai_count_tokens'

/** What a client can ask for. */
export type Operation =
  | 'chat'
  | 'embeddings'
  | 'completions'
  | 'rerank'
  | 'moderations'
  | 'images'
  | 'speech'
  | 'transcription'
  | 'translation'
  | 'image_edits'
  | 'image_variations'
  | 'count_tokens'

/** What is known of where a request goes. */
export interface WireTarget {
  /** The model's name at the provider. */
  readonly model: string
  readonly stream: boolean
  /** The provider's own configuration fields. */
  readonly options: Readonly<Record<string, unknown>>
}

/** A format shared by many providers: pure functions between its JSON and our nouns. */
export interface Wire {
  readonly name: WireName
  /** Appended to the base address; names in it are escaped. */
  path(target: WireTarget): string
  /** Whether a body names its model; else the path does. */
  readonly namesModel: boolean
  /** How the line begins that ends a stream; none where a stream just ends. */
  readonly endMarks: readonly string[]
  /** Reads a whole answer. Total: what it cannot read becomes `raw` or `unknown` parts. */
  parts(body: JsonObject): Part[]
  /** A fresh decoder for one stream. */
  decoder(): Decoder
  /** The provider's own words in an error body, or in a 200 that is one; null when it is none. */
  error(body: unknown): ProviderError | null
  /** How a whole answer that is no error is told without being read; absent: it must be read. */
  readonly glance?: Glance
  /** Its answers need not be JSON (audio, text): such bytes go on unread. */
  readonly binary?: true
  /**
   * A body of a client of this same format without what this model would refuse, as secrets of
   * others'; gives back what it got where there is none. Absent: all of it goes on.
   */
  tidied?(body: JsonObject, model: string): JsonObject
  /** Usage in a stream can be asked for by `stream_options`. */
  readonly usageOption?: true
}

/** A format of conversations. */
export interface ChatWire extends Wire {
  /** Our nouns as this wire's body, with what found no place in it, in words for the client. */
  encode(chat: ChatRequest, target: WireTarget, quirks: Quirks): Encoded
}

export interface EmbeddingWire extends Wire {
  encode(request: EmbeddingRequest, target: WireTarget): Encoded
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

/** Where a provider departs from OpenAI's chat completions, as data. What is absent is as there. */
export interface Quirks {
  /** The name it has for the output limit. */
  readonly maxTokens?: 'max_tokens' | 'max_completion_tokens'
  readonly seed?: 'seed' | 'random_seed'
  /** Whether it reports usage in a stream only when asked by `stream_options`. */
  readonly asksForUsage?: boolean
  /** In which words it is told to think; `thinking`: `{type: enabled | disabled}`. */
  readonly thinking?: 'reasoning_effort' | 'reasoning' | 'thinking' | 'none'
  /** Where in a message it takes its own earlier reasoning back. */
  readonly reasoningBack?:
    | 'reasoning_content'
    | 'reasoning'
    | 'reasoning_details'
    | 'thinking_list'
    | 'none'
  /** How it takes the JSON schema of an answer; `json_object`: it takes none. */
  readonly json?: 'json_schema' | 'json_object_schema' | 'guided_json' | 'json_object' | 'none'
  /** Its word for "some tool must be called". */
  readonly requiredChoice?: 'any'
  /** It does not know `tool_choice: none`: the tools are left out instead. */
  readonly noNoneChoice?: true
  readonly noTools?: true
  /** Knows `allowed_tools`; the tools of others are filtered. */
  readonly allowedTools?: true
  readonly customTools?: true
  /** Takes files in the results of tools; elsewhere they follow as the user's. */
  readonly filesInResults?: true
  /** How it wants calls to be named, where not anyhow. */
  readonly callNames?: CallNames
  /** Knows the words that OpenAI's Responses have in common with its chat completions. */
  readonly openaiFields?: true
  /** Takes what Gemini signed back where Google's servers of this format do. */
  readonly signatures?: true
  /** Takes Anthropic's `cache_control` on pieces of content. */
  readonly cacheControl?: true
  /** Fields that it refuses. */
  readonly lacks?: readonly string[]
}

/** What a provider can be asked for, and in which format. */
export interface Wires {
  readonly chat?: ChatWire
  readonly embeddings?: EmbeddingWire
  readonly completions?: Wire
  readonly rerank?: Wire
  readonly moderations?: Wire
  readonly images?: Wire
  readonly speech?: Wire
  readonly transcription?: Wire
  readonly translation?: Wire
  readonly image_edits?: Wire
  readonly image_variations?: Wire
  readonly count_tokens?: Wire
}

export type Options = Readonly<Record<string, unknown>>

/** What a provider with these options can be asked for. */
export function wiresOf({ wires }: Pick<Provider, 'wires'>, options: Options): Wires {
  return typeof wires === 'function' ? wires(options) : wires
}

/** How a provider knows its caller. */
export type Auth =
  | { readonly type: 'bearer' }
  /** The key alone, in a header of this name. */
  | { readonly type: 'header'; readonly name: string }
  /** AWS Signature Version 4, or a bearer key where `api_key` is given. */
  | { readonly type: 'aws'; readonly service: 'bedrock' | 'sagemaker' }
  /** A Google Cloud access token, from a service account's JSON or the machine's own credentials. */
  | { readonly type: 'gcp' }

/** A provider: a small file of differences over shared wires. Pure: no network, clock or store. */
export interface Provider {
  /** Its `type` in the configuration and its prefix in short names (`openrouter::…`). */
  readonly type: string
  /** What messages call it; absent: its type. */
  readonly title?: string
  readonly wires: Wires | ((options: Options) => Wires)
  readonly quirks: Quirks
  /** Of servers of its API at another address than its own. */
  readonly quirksElsewhere?: Quirks
  readonly auth: Auth
  /** Its own keys in the configuration, beside the common ones. */
  readonly fields: z.ZodObject
  /** Of those keys, the ones that name a file, and what is in it: the options hold its content. */
  readonly files?: Readonly<Record<string, z.ZodType>>
  /** Of those keys, the ones that may be credential locations (`env::…`) instead of plain values. */
  readonly locations?: readonly string[]
  /** Where such a field comes from when nobody gives it, or says `sdk`. */
  readonly locationDefaults?: Readonly<Record<string, string>>
  /** Whether `type::model` works without configuration. */
  readonly shorthand: boolean
  /** The options of a short name's model; absent: `{ model_name }`. Null when it is no such name. */
  readonly shortOptions?: (model: string) => Record<string, unknown> | null
  /** Models that are always there, for lists of what can be named. */
  readonly models?: readonly string[]
  /** The model's name at the provider; absent: the option `model_name`. */
  readonly upstreamModel?: (options: Options) => string
  /** Ends with a slash. Absent where the configuration must give one, or where `url` makes it. */
  readonly apiBase?: string
  /** The whole address, where it is not the base and the wire's path. */
  readonly url?: (place: UrlPlace) => string
  /** A credential location, `none` for providers that need no key. */
  readonly credential: string
  /** Fixed headers. */
  readonly headers?: Readonly<Record<string, string>>
  /** Last changes to a body, whoever wrote it, that the provider needs. */
  readonly adapt?: (body: JsonObject, target: WireTarget) => JsonObject
  /** How it takes many requests at once; absent: it does not, that we know of. */
  readonly batch?: BatchApi
  /** It is another gateway: what is meant for one of its providers goes there with it. */
  readonly relays?: true
  /** Providers that answer from inside the process instead of the network. */
  readonly script?: ScriptSource
}

export interface UrlPlace extends WireTarget {
  readonly wire: Wire
  /** From the configuration; '' when it gives none and the provider has none. Else ends with a slash. */
  readonly base: string
  /** The options that may be credential locations, as found for this request. */
  readonly settings: Readonly<Record<string, string>>
}

/** Answers a request from inside the process: the same bytes a server would have sent. */
export type ScriptSource = (request: ScriptRequest) => Script

export interface ScriptRequest {
  readonly model: string
  readonly operation: Operation
  readonly body: JsonObject
  /** How many tries were made before this one, in the same client request. */
  readonly earlierAttempts: number
  /** How many times this model of the provider was called before, in this process. */
  readonly call: number
  /** The provider's own configuration fields. */
  readonly options: Options
  /** The key it would be sent; null: none. */
  readonly key: string | null
  /** What is changed in the body and the headers, for providers that show it. */
  readonly patches: ScriptPatches
  /** The conversation in other words than the body's, for providers that say it back; null: none. */
  told(encode: ChatWire['encode']): JsonObject | null
  newId(): string
}

/** `extra_body` and `extra_headers` in the words of the configuration, and what comes of them. */
export interface ScriptPatches {
  readonly variant: {
    readonly body: readonly JsonObject[]
    readonly headers: readonly JsonObject[]
  }
  readonly request: {
    readonly body: readonly JsonObject[]
    readonly headers: readonly JsonObject[]
  }
  /** All of them applied to nothing. */
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
}
