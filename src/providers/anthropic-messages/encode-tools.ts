import type { ChatParams, ChatRequest } from '../../domain/chat.ts'
import { asObject, type Json, type JsonObject } from '../../lib/json.ts'
import { type Leftovers, nameOfTool } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import { closedSchema } from './closed-schema.ts'
import { WIRE } from './read.ts'

const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {} }
const FREE_TEXT: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
}

/** Of several tools some may be allowed: there is no word for it here, so the others stay away. */
export function encodeTools(chat: ChatRequest, left: Leftovers): Json[] {
  const { tools, providerTools = [], params } = chat
  const allowed = params.toolChoice?.allowed
  const usable = allowed ? tools.filter(({ name }) => allowed.includes(name)) : tools
  const own = usable.map(({ name, description, parameters, strict, custom, cacheControl }) => {
    if (custom) left.add(`the free text of the tool \`${name}\` (it is a JSON field instead)`)
    return withoutUndefined({
      name,
      description,
      input_schema: custom ? FREE_TEXT : schemaOf(parameters, strict === true),
      strict: strict === true ? true : undefined,
      cache_control: cacheControl,
    })
  })
  const theirs = providerTools.flatMap(({ wire, data }): Json[] => {
    if (wire === WIRE) return [data]
    left.add(`the tool \`${nameOfTool(data, wire)}\``)
    return []
  })
  return [...own, ...theirs]
}

/** It must be an object's, and of a strict tool closed. */
function schemaOf(parameters: Json | undefined, strict: boolean): Json {
  const schema = asObject(parameters)
  if (!schema) return NO_ARGUMENTS
  const typed = schema['type'] === undefined ? { type: 'object', ...schema } : schema
  return strict ? closedSchema(typed) : typed
}

/** Whether one of the tools must be called, and whether several may be at a time. */
export function encodeChoice({ toolChoice, parallelToolCalls }: ChatParams): Json | undefined {
  const single = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {}
  if (!toolChoice) return parallelToolCalls === false ? { type: 'auto', ...single } : undefined
  const { mode, tool } = toolChoice
  if (tool !== undefined) return { type: 'tool', name: tool, ...single }
  if (mode === 'none') return { type: 'none' }
  return { type: mode === 'required' ? 'any' : 'auto', ...single }
}
