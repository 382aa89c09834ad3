import type { Json, JsonObject } from '../lib/json.ts'
import type { Own } from './own-fields.ts'
import type { Usage } from './usage.ts'

export type { Json, JsonObject } from '../lib/json.ts'

/** A piece of a message, in the terms TensorZero stores (its `text`, `thought`, `tool_call` …). */
export type Block =
  | TextBlock
  | Thought
  | ToolCallBlock
  | ToolResultBlock
  | FileBlock
  | { readonly type: 'refusal'; readonly text: string }
  | UnknownBlock

export interface TextBlock extends Hints, Own {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
  /** Opaque, goes back byte for byte (Gemini signs text too). */
  readonly signature?: string
}

export interface ToolCallBlock extends Hints, Own {
  readonly type: 'tool_call'
  readonly id: string
  readonly name: string
  /** As the model wrote them: not always valid JSON, free text for a custom tool. */
  readonly arguments: string
  /** A tool that takes free text (OpenAI's `custom` tools). */
  readonly custom?: true
  /** Opaque, goes back byte for byte (Gemini's `thoughtSignature`). */
  readonly signature?: string
}

export interface ToolResultBlock extends Hints {
  readonly type: 'tool_result'
  readonly id: string
  readonly name: string
  /** Its text; files in it stand in `content` alone. */
  readonly result: string
  /** The result in pieces, where it is more than one text. */
  readonly content?: readonly Block[]
  /** The tool failed, and `result` says why. */
  readonly isError?: true
}

/** Where a file of a stored input is, in TensorZero's words. */
export interface StoragePath {
  readonly kind: JsonObject
  readonly path: string
}

export interface FileBlock extends Hints {
  readonly type: 'file'
  /** An http(s), gs: or `data:` URL; '' where `fileId` names it. */
  readonly url: string
  /** The provider's own name for an uploaded file. */
  readonly fileId?: string
  /** Absent when nobody said; a `data:` URL carries its own. */
  readonly mimeType?: string
  readonly filename?: string
  readonly detail?: string
  /** Where it is kept: what is stored names it in the place of its bytes. */
  readonly storagePath?: StoragePath
  /** The address that a kept file came from. */
  readonly sourceUrl?: string
  /** Opaque, goes back byte for byte (Gemini signs images too). */
  readonly signature?: string
  /** The provider's own object without the file's bytes, and the wire it came by. */
  readonly raw?: JsonObject
  readonly wire?: string
}

/** A block of the provider's own that we have no noun for: it only goes back to its own wire. */
export interface UnknownBlock {
  readonly type: 'unknown'
  readonly data: Json
  /** The name of the wire it came by; absent when unknown. */
  readonly wire?: string
  /** The one model, and provider of it, that it is meant for; absent: any. */
  readonly modelName?: string
  readonly providerName?: string
}

/** What a client may say of any piece of its input. */
interface Hints {
  /** Anthropic's `cache_control`: the prompt up to here is worth caching. */
  readonly cacheControl?: JsonObject
  /** The same in OpenAI's words, `prompt_cache_breakpoint`. */
  readonly breakpoint?: JsonObject
}

/** Where a text comes from. */
export interface Citation {
  readonly url?: string
  readonly title?: string
  /** The words cited. */
  readonly citedText?: string
  /** Where in the answer's text it holds, in UTF-16 units, where the provider says so. */
  readonly startIndex?: number
  readonly endIndex?: number
  /** The provider's own object, whole, and the wire it came by. */
  readonly raw: JsonObject
  readonly wire: string
}

/** A model's reasoning. `signature` and `data` are opaque and go back byte for byte. */
export interface Thought {
  readonly type: 'thought'
  readonly text: string | null
  readonly signature?: string
  /** Encrypted or redacted reasoning that only the provider can read. */
  readonly data?: string
  readonly summary?: readonly string[]
  /** The provider's name for this piece of reasoning (`rs_…`). */
  readonly id?: string
  /** The provider's name for the kind of reasoning, such as `anthropic-claude-v1`. */
  readonly format?: string
  /** The provider's own pieces where it has them (OpenRouter's `reasoning_details`). */
  readonly details?: readonly JsonObject[]
  /** The type of provider that thought it: no other can read its signature. Absent: unknown. */
  readonly providerType?: string
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: readonly Block[]
}

export interface Tool extends Hints, Own {
  readonly name: string
  readonly description?: string
  /** JSON Schema of its arguments. */
  readonly parameters?: Json
  readonly strict?: boolean
  /** A tool that takes free text, and the grammar of that text where it has one, as in chat completions. */
  readonly custom?: { readonly format?: Json }
  /** The group of tools that it is of, and its name there (OpenAI's namespaces). */
  readonly within?: ToolPlace
}

export interface ToolPlace {
  readonly group: string
  readonly name: string
  /** What the group is for. */
  readonly about?: string
}

/** A tool that the provider runs itself, in the words of one wire. */
export interface ProviderTool {
  /** '': of whichever provider the request goes to. */
  readonly wire: string
  readonly data: JsonObject
  /** The one model, and provider of it, that it is meant for; absent: any. */
  readonly modelName?: string
  readonly providerName?: string
}

/** One chat request in our own nouns. What a dialect could not name stays in `extra`. */
export interface ChatRequest {
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly providerTools?: readonly ProviderTool[]
  readonly params: ChatParams
  /** Fields of the client's wire that have no noun here, by name. */
  readonly extra: JsonObject
  /** The wire whose words `extra` uses. */
  readonly wire?: string
  /** What the dialect found no place for, in words for the client. */
  readonly unread?: readonly string[]
}

export interface ChatParams {
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly reasoning?: Reasoning
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: ResponseFormat
  /** `auto`, `default`, `priority`, `flex` …, in OpenAI's words. */
  readonly serviceTier?: string
  readonly verbosity?: string
  /** The end user, as the client names them. */
  readonly user?: string
  /** Number of answers. */
  readonly n?: number
  readonly logprobs?: boolean
  readonly topLogprobs?: number
}

/** How much a model is to think. Absent members are the provider's to choose. */
export interface Reasoning {
  /** `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, as OpenAI and Anthropic name them. */
  readonly effort?: string
  /** Tokens; 0 switches thinking off, -1 leaves it to the model (Gemini). */
  readonly budgetTokens?: number
  /** Thinks as much as it finds right (Anthropic's `adaptive`), or is told plainly to think or not. */
  readonly enabled?: boolean | 'adaptive'
  /** `auto`, `concise`, `detailed` (OpenAI Responses); `summarized`, `omitted` (Anthropic `display`). */
  readonly summary?: string
  /** The client wants to see the thoughts (Gemini's `includeThoughts`). */
  readonly visible?: boolean
}

export interface ToolChoice {
  /** `required`: some tool must be called; with `tool`, that one. */
  readonly mode: 'auto' | 'none' | 'required'
  readonly tool?: string
  /** Of all tools only these may be called. */
  readonly allowed?: readonly string[]
}

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema'
      /** Absent where the client gave none: its provider judges that. */
      readonly schema?: Json
      readonly name?: string
      readonly description?: string
      readonly strict?: boolean
    }

export const FINISH_REASONS = [
  'stop',
  'stop_sequence',
  'length',
  'tool_call',
  'content_filter',
  'unknown',
] as const
export type FinishReason = (typeof FINISH_REASONS)[number]

/** A reason in these very words; null for any other. */
export function finishReasonIn(word: unknown): FinishReason | null {
  return FINISH_REASONS.find((reason) => reason === word) ?? null
}

/**
 * A streamed piece of an answer. A stream that ends without `finish` was cut off: whoever reads it
 * must treat that as a failure, never as a short answer.
 *
 * `choice` is the index of the answer when the client asked for several; absent means the first.
 */
export type Part =
  | (Own & {
      readonly type: 'text'
      readonly text: string
      /** A block begins here, though the one before was text too. */
      readonly begins?: true
      readonly signature?: string
      readonly choice?: number
    })
  | {
      readonly type: 'reasoning'
      readonly text: string
      /** A thought begins here, though the part before was a thought too. */
      readonly begins?: true
      /** The text is a summary of the reasoning, not the reasoning itself. */
      readonly summary?: true
      /** Of a summary: another paragraph begins here. */
      readonly paragraph?: true
      readonly id?: string
      readonly signature?: string
      readonly data?: string
      readonly format?: string
      /** The provider's own pieces (`reasoning_details`), kept for same-wire clients. */
      readonly details?: readonly JsonObject[]
      readonly choice?: number
    }
  | (Own & {
      readonly type: 'tool_call'
      /** Calls of one answer are numbered in any order; pieces of arguments name the number. */
      readonly index: number
      readonly id: string
      readonly name: string
      readonly custom?: true
      readonly signature?: string
      readonly choice?: number
    })
  | {
      readonly type: 'tool_arguments'
      readonly index: number
      readonly text: string
      readonly choice?: number
    }
  /** Of the text before it. */
  | { readonly type: 'citation'; readonly citation: Citation; readonly choice?: number }
  /** A file the model made: an image, a piece of audio. `url` is a `data:` URL or an address. */
  | {
      readonly type: 'file'
      readonly url: string
      readonly mimeType?: string
      readonly signature?: string
      /** What its provider says beside the bytes, and the wire it came by. */
      readonly raw?: JsonObject
      readonly wire?: string
      readonly choice?: number
    }
  /** A whole block of the provider's own (a server tool's call or result), in its place. */
  | {
      readonly type: 'unknown'
      readonly data: JsonObject
      readonly wire: string
      readonly choice?: number
    }
  | { readonly type: 'refusal'; readonly text: string; readonly choice?: number }
  /** One vector of an embedding. */
  | {
      readonly type: 'embedding'
      readonly index: number
      readonly vector: readonly number[]
      readonly choice?: number
    }
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
      /** The stop sequence that was met, where the provider says which. */
      readonly stopSequence?: string
      readonly choice?: number
    }
  /** The provider says, inside its answer, that it failed. */
  | { readonly type: 'error'; readonly error: ProviderError }
  /** The whole of the event that the parts after it came in, for clients who want to see it. */
  | { readonly type: 'event'; readonly text: string; readonly choice?: number }
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
