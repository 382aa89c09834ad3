import type { Json, JsonObject } from '../lib/json.ts'
import type { ProviderTool, Tool, ToolChoice } from './chat.ts'

// Tools in TensorZero's words.

export function toolAsJson(tool: Tool): JsonObject {
  const { name, description = '', parameters = {}, strict = false, custom } = tool
  if (custom) {
    const type = 'openai_custom'
    return { type, name, ...(tool.description !== undefined && { description }), ...custom }
  }
  return { type: 'function', name, description, parameters, strict }
}

export function choiceJson({ mode, tool }: ToolChoice): Json {
  return tool === undefined ? mode : { specific: tool }
}

/** `scope`: the one model, and provider of it, that it is meant for; null: any. */
export function providerToolJson({ data, modelName, providerName }: ProviderTool): JsonObject {
  const provider = providerName === undefined ? {} : { provider_name: providerName }
  const scope = modelName === undefined ? null : { model_name: modelName, ...provider }
  return { scope, tool: data }
}
