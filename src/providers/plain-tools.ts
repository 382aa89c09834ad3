import type { ChatRequest, Tool } from '../domain/chat.ts'
import type { Json } from '../lib/json.ts'
import { type Leftovers, nameOfTool } from './leftovers.ts'
import { withoutUndefined } from './openai-chat/fields.ts'

/**
 * Tools for wires that know functions alone, and whose models choose among all they get: where the
 * client names which may be called, they get no other.
 */
export function encodePlainTools(chat: ChatRequest, leftovers: Leftovers): Json[] {
  const { tools, params, providerTools = [] } = chat
  const { toolChoice: choice, parallelToolCalls: parallel } = params
  for (const { data, wire } of providerTools) {
    leftovers.add(`the tool \`${nameOfTool(data, wire)}\``)
  }
  if (parallel === false && tools.length > 0) leftovers.add('`parallel_tool_calls`')
  const named = choice?.tool === undefined ? choice?.allowed : [choice.tool]
  const offered = named ? tools.filter(({ name }) => named.includes(name)) : tools
  return offered.flatMap((tool) => encodeTool(tool, leftovers))
}

function encodeTool(tool: Tool, leftovers: Leftovers): Json[] {
  const { name, description, parameters, custom, cacheControl } = tool
  if (cacheControl) leftovers.add('`cache_control`')
  if (custom) {
    leftovers.add(`the custom tool \`${name}\``)
    return []
  }
  const fn = { name, description, parameters: parameters ?? { type: 'object', properties: {} } }
  return [{ type: 'function', function: withoutUndefined(fn) }]
}
