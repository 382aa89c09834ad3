import type { FunctionConfig, JsonMode, Schema, VariantParams } from '../../config/functions.ts'
import type {
  ChatParams,
  Json,
  JsonObject,
  ProviderTool,
  Tool,
  ToolChoice,
} from '../../domain/chat.ts'
import type { Collector } from '../../domain/collect.ts'
import type { Input } from '../../domain/input.ts'
import type { LateFiles } from './late-files.ts'

/** What a function is asked, in the terms of TensorZero's own API, whichever dialect it came by. */
export interface Task {
  /** Null: a model by its name, as the function `tensorzero::default`. */
  readonly functionName: string | null
  /** The one variant that may answer; null: the experiment decides. */
  readonly variantName: string | null
  /** A variant that came with the request, in the words of the configuration. */
  readonly dynamicVariant: JsonObject | null
  readonly input: Input
  /** Win over what the variant says. */
  readonly params: VariantParams & { readonly json_mode?: JsonMode }
  /** What else the client's dialect can say; TensorZero has no words for it. */
  readonly chatParams: ChatParams
  /** Fields without a noun, and the wire whose words they are. */
  readonly extra: JsonObject
  readonly extraWire: string | null
  readonly tools: TaskTools
  /** Of a json function, in place of its own. */
  readonly outputSchema: Json | null
  readonly namespace: string | null
  /** The request itself says all of this: a provider of its dialect may have it as it came. */
  readonly asIs: boolean
}

export interface TaskTools {
  /** Names of tools; null: all of the function's. */
  readonly allowed: readonly string[] | null
  readonly additional: readonly Tool[]
  readonly choice: ToolChoice | null
  readonly parallel: boolean | null
  readonly provider: readonly ProviderTool[]
}

/** A task as it is being done: facts are noted here for the answer and the record. */
export interface TaskTrace {
  /** Its files noted by where they are kept. */
  task: Task
  /** Of its files, those that the record waits for. */
  late?: LateFiles
  readonly fn: FunctionConfig
  /** The variant that answers, or was tried last. */
  variantName: string
  readonly tools: ToolSetup
  /** What the answer must be; null for free answers. */
  readonly outputSchema: Schema | null
  /** The parameters as used, after the variant's own. */
  params: VariantParams
  /** What the answer says, as far as it has come. */
  readonly collector: Collector
  /** A json function's reasoning in a field of its own (`thinking`). */
  thinking: string | null
}

/** The tools of one request. */
export interface ToolSetup {
  readonly tools: readonly Tool[]
  readonly choice: ToolChoice | null
  readonly parallel: boolean | null
  readonly provider: readonly ProviderTool[]
  /** What arguments must be, by the name that models call. */
  readonly schemas: ReadonlyMap<string, Schema | null>
}
