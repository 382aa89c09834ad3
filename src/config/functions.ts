import type { Json, JsonObject } from '../lib/json.ts'
import type { ToolChoice } from '../domain/chat.ts'
import type { BodyPatch, HeaderPatch, Retries, Timeouts } from './config.ts'

/** An abstract task: what is asked and answered, but not how. `[functions.NAME]`. */
export interface FunctionConfig {
  readonly name: string
  readonly type: 'chat' | 'json'
  readonly description: string | null
  /** By name, in the order of the file. */
  readonly variants: ReadonlyMap<string, Variant>
  /** Checks of template arguments, by template name (`system`, `user`, `assistant`, or own). */
  readonly schemas: ReadonlyMap<string, Schema>
  /** Names of configured tools; chat functions alone have such. */
  readonly tools: readonly string[]
  readonly toolChoice: ToolChoice
  readonly parallelToolCalls: boolean | null
  /** Of a json function: what its answers must be. Chat functions have none. */
  readonly outputSchema: Schema | null
  readonly experimentation: Experimentation
  /** By namespace, where one has its own. */
  readonly experimentationOf: ReadonlyMap<string, Experimentation>
  /** `[functions.F.evaluators]`, checked and kept for evaluations. */
  readonly evaluators: Readonly<Record<string, JsonObject>>
}

/** A JSON Schema, compiled. */
export interface Schema {
  readonly json: Json
  /** What is wrong with the value, a line each: empty when nothing is. */
  check(value: unknown): readonly string[]
}

/** A prompt template, compiled. */
export interface Template {
  /** Of the file, or a given name where there is none. */
  readonly path: string
  readonly source: string
  /** Throws `GatewayError` (`invalid_request`, 400) when an argument is missing. */
  render(args: JsonObject): string
}

/** One way of doing a function's task. */
export type Variant = ChatVariant | CandidatesVariant | DiclVariant

interface VariantFacts {
  readonly name: string
  /** Legacy `weight`; null when not written. */
  readonly weight: number | null
  readonly timeouts: Timeouts
  readonly namespace: string | null
}

/** How one model is asked: shared by variants, evaluators and fusers. */
export interface Prompting {
  readonly model: string
  /** By name: `system`, `user`, `assistant`, or own. */
  readonly templates: ReadonlyMap<string, Template>
  /**
   * Of the templates, those that wrap plain text, with the one variable they know it by
   * (`user` → `user_text`): a legacy template without a schema.
   */
  readonly wrappers: ReadonlyMap<string, string>
  readonly params: VariantParams
  /** Null: a chat function that answers freely. */
  readonly jsonMode: JsonMode | null
  readonly retries: Retries
  readonly extraBody: readonly BodyPatch[]
  readonly extraHeaders: readonly HeaderPatch[]
}

export type JsonMode = 'off' | 'on' | 'strict' | 'tool'

/** TensorZero's inference parameters, by its own names; absent where not written. */
export interface VariantParams {
  readonly temperature?: number
  readonly top_p?: number
  readonly max_tokens?: number
  readonly presence_penalty?: number
  readonly frequency_penalty?: number
  readonly seed?: number
  readonly stop_sequences?: readonly string[]
  readonly reasoning_effort?: string
  readonly service_tier?: string
  readonly thinking_budget_tokens?: number
  readonly verbosity?: string
}

export interface ChatVariant extends VariantFacts, Prompting {
  /** `chain_of_thought` (json functions): the model thinks in a field of its own first. */
  readonly type: 'chat_completion' | 'chain_of_thought'
}

export interface CandidatesVariant extends VariantFacts {
  readonly type: 'best_of_n' | 'mixture_of_n'
  /** Names of variants of the same function; repeats are meant. */
  readonly candidates: readonly string[]
  /** Who chooses (`evaluator`) or puts together (`fuser`). */
  readonly judge: Prompting
  /** Deprecated `timeout_s` of each candidate, ms. */
  readonly candidateTimeoutMs: number | null
}

/** Dynamic in-context learning: the nearest good examples go into the prompt. */
export interface DiclVariant extends VariantFacts, Prompting {
  readonly type: 'dicl'
  readonly embeddingModel: string
  readonly k: number
  /** Cosine distance; farther examples are left out. */
  readonly maxDistance: number | null
  readonly systemInstructions: string
}

/** How a request gets its variant. */
export type Experimentation =
  | {
      readonly type: 'static'
      /** All weights equal, by default rather than by writing them: samples over sorted names. */
      readonly uniform: boolean
      readonly weights: ReadonlyMap<string, number>
      readonly fallbackVariants: readonly string[]
    }
  | {
      readonly type: 'adaptive'
      readonly candidateVariants: readonly string[]
      readonly fallbackVariants: readonly string[]
      readonly metric: string
      readonly minSamplesPerVariant: number
      readonly maxSamplesPerVariant: number
      readonly delta: number
      readonly epsilon: number
      readonly updatePeriodMs: number
      readonly minProb: number
    }

/** `[tools.KEY]`. */
export interface ToolConfig {
  readonly key: string
  /** As providers see it. */
  readonly name: string
  readonly description: string
  readonly parameters: Schema
  readonly strict: boolean
}

/** `[metrics.NAME]`. */
export interface MetricConfig {
  readonly name: string
  readonly type: 'boolean' | 'float'
  readonly optimize: 'min' | 'max'
  readonly level: 'inference' | 'episode'
  readonly description: string | null
}

/** The parts of a configuration that say what the models are used for. */
export interface Functions {
  readonly functions: ReadonlyMap<string, FunctionConfig>
  /** By the key in `[tools]`. */
  readonly tools: ReadonlyMap<string, ToolConfig>
  readonly metrics: ReadonlyMap<string, MetricConfig>
  /** Compiles a JSON Schema of a request. Throws `GatewayError` (`invalid_request`, 400). */
  compileSchema(json: Json, what: string): Schema
  /**
   * A variant given with a request (`internal_dynamic_variant_config`), in the words of the
   * configuration but with texts in place of paths. Throws `GatewayError` (400).
   */
  readVariant(functionName: string, json: JsonObject): Variant
}
