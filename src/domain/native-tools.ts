import type { Json, JsonObject } from '../lib/json.ts'
import type { Tool, ToolChoice } from './chat.ts'

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
