import type { Json, JsonObject } from '../lib/json.ts'
import type { Usage } from './usage.ts'

export type { Json, JsonObject } from '../lib/json.ts'

/** A piece of a message, in the terms TensorZero stores (its `text`, `thought`, `tool_call` …). */
export type Block =
  | { readonly type: 'text'; readonly text: string }
  | Thought
  | {
      readonly type: 'tool_call'
      readonly id: string
      readonly name: string
      /** As the model wrote them: not always valid JSON, free text for a custom tool. */
      readonly arguments: string
      /** A tool that takes free text (OpenAI's `custom` tools). */
      readonly custom?: true
    }
  | {
      readonly type: 'tool_result'
      readonly id: string
      readonly name: string
      readonly result: string
    }
  | {
      readonly type: 'file'
      /** An http(s) or `data:` URL. */
      readonly url: string
      readonly mimeType?: string
      readonly filename?: string
      readonly detail?: string
    }
  | { readonly type: 'refusal'; readonly text: string }
  /** A block of the provider's own that we have no noun for. */
  | { readonly type: 'unknown'; readonly data: Json }

/** A model's reasoning. `signature` and `data` are opaque and go back byte for byte. */
export interface Thought {
  readonly type: 'thought'
  readonly text: string | null
  readonly signature?: string
  /** Encrypted or redacted reasoning that only the provider can read. */
  readonly data?: string
  readonly summary?: readonly string[]
  /** The provider's name for the kind of reasoning, such as `anthropic-claude-v1`. */
  readonly format?: string
  /** The provider's own pieces where it has them (OpenRouter's `reasoning_details`). */
  readonly details?: readonly JsonObject[]
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: readonly Block[]
}

export interface Tool {
  readonly name: string
  readonly description?: string
  readonly parameters?: Json
  readonly strict?: boolean
}

/** One chat request in our own nouns. What a dialect could not name stays in `extra`. */
export interface ChatRequest {
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly params: ChatParams
  /** Fields of the client's wire that have no noun here, by name. */
  readonly extra: JsonObject
}

export interface ChatParams {
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly reasoningEffort?: string
  readonly toolChoice?: Json
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: Json
}

export type FinishReason =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'tool_call'
  | 'content_filter'
  | 'unknown'

/**
 * A streamed piece of an answer. A stream that ends without `finish` was cut off: whoever reads it
 * must treat that as a failure, never as a short answer.
 *
 * `choice` is the index of the answer when the client asked for several; absent means the first.
 */
export type Part =
  | { readonly type: 'text'; readonly text: string; readonly choice?: number }
  | {
      readonly type: 'reasoning'
      readonly text: string
      readonly signature?: string
      readonly data?: string
      readonly format?: string
      /** The provider's own pieces (`reasoning_details`), kept for same-wire clients. */
      readonly details?: readonly JsonObject[]
      readonly choice?: number
    }
  | {
      readonly type: 'tool_call'
      readonly index: number
      readonly id: string
      readonly name: string
      readonly custom?: true
      readonly choice?: number
    }
  | {
      readonly type: 'tool_arguments'
      readonly index: number
      readonly text: string
      readonly choice?: number
    }
  | { readonly type: 'refusal'; readonly text: string; readonly choice?: number }
  | {
      readonly type: 'usage'
      readonly usage: Usage
      /** What the provider itself says it charges, US dollars. */
      readonly reportedCost?: number
      readonly raw: JsonObject
    }
  | {
      readonly type: 'finish'
      readonly reason: FinishReason
      /** The provider's own word. */
      readonly raw: string
      readonly choice?: number
    }
  /** The provider says, inside its answer, that it failed. */
  | { readonly type: 'error'; readonly error: ProviderError }
  /** What the wire had that we have no noun for, kept for same-wire clients and the record. */
  | {
      readonly type: 'raw'
      readonly level: 'response' | 'choice' | 'message'
      readonly fields: JsonObject
      readonly choice?: number
    }

/** A failure in the provider's own words. */
export interface ProviderError {
  readonly message: string
  /** HTTP status, or the code inside the body that means one. */
  readonly status: number | null
  readonly code: string | number | null
  readonly type: string | null
  /** The provider's error object, whole. */
  readonly raw: Json
  /** What stood beside the error in the body. */
  readonly beside: JsonObject
}

/** A whole answer: what a stream of parts adds up to. */
export interface Answer {
  readonly content: readonly Block[]
  readonly usage: Usage | null
  readonly finish: FinishReason | null
  readonly finishRaw: string | null
  readonly error: ProviderError | null
}
