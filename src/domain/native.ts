import { asArray, asObject, type Json, type JsonObject } from '../lib/json.ts'

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

/** Flat, as requests have them; what was left open is left out. */
export function toolParamsOf(native: ToolWords): JsonObject {
  const { allowed_tools: allowed = null, tool_choice: choice = null } = native
  const { parallel_tool_calls: parallel = null } = native
  const additional = asArray(native.additional_tools)
  return {
    ...(allowed !== null && { allowed_tools: allowed }),
    ...(additional.length > 0 && { additional_tools: [...additional] }),
    ...(choice !== null && { tool_choice: choice }),
    ...(parallel !== null && { parallel_tool_calls: parallel }),
    provider_tools: [...asArray(native.provider_tools)],
  }
}

export type ToolWords = Pick<
  NativeInference,
  'allowed_tools' | 'additional_tools' | 'tool_choice' | 'parallel_tool_calls' | 'provider_tools'
>

/** TensorZero's tables name the allowed tools together with whose choice they are. */
export function allowedToolsIn(stored: Json): Json {
  const object = asObject(stored)
  if (!object) return stored
  return object['choice'] === 'function_default' ? null : [...asArray(object['tools'])]
}
