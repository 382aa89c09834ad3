import type { Json, JsonObject } from '../lib/json.ts'

/** What an inference was and became, in the words of TensorZero's API and tables. */
export interface NativeInference {
  readonly type: 'chat' | 'json'
  readonly input: JsonObject
  /** Blocks of a chat function, `{raw, parsed}` of a json function. */
  readonly output: Json
  readonly inference_params: JsonObject
  readonly extra_body: Json[]
  /** Of chat functions. */
  readonly allowed_tools?: Json
  readonly additional_tools?: Json
  readonly tool_choice?: Json
  readonly parallel_tool_calls?: Json
  readonly provider_tools?: Json
  /** Of json functions. */
  readonly output_schema?: Json
  readonly auxiliary_content?: Json
}
