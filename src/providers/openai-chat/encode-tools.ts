import type { ChatRequest, Tool, ToolChoice } from '../../domain/chat.ts'
import type { Json } from '../../lib/json.ts'
import { type Leftovers, nameOfTool } from '../leftovers.ts'
import type { Quirks } from '../provider.ts'
import { WIRE, withoutUndefined } from './fields.ts'

/** The tools, without those that a choice forbids where the provider knows no such choice. */
export function encodeTools(
  { tools, providerTools = [], params }: ChatRequest,
  quirks: Quirks,
  left: Leftovers,
): Json[] | undefined {
  const { allowed, mode } = params.toolChoice ?? {}
  if (quirks.noTools && tools.length + providerTools.length > 0) {
    left.add('tools')
    return undefined
  }
  if (quirks.noNoneChoice && mode === 'none') return undefined
  const filters = allowed !== undefined && quirks.allowedTools !== true
  const usable = filters ? tools.filter(({ name }) => allowed.includes(name)) : tools
  const encoded = [
    ...usable.flatMap((tool) => encodeTool(tool, quirks, left)),
    ...providerTools.flatMap(({ wire, data }): Json[] => {
      if (wire === WIRE) return [data]
      left.add(`the tool \`${nameOfTool(data, wire)}\``)
      return []
    }),
  ]
  return encoded.length > 0 ? encoded : undefined
}

function encodeTool(tool: Tool, quirks: Quirks, left: Leftovers): Json[] {
  const { name, description, parameters, strict, custom, cacheControl } = tool
  const cached = quirks.cacheControl ? { cache_control: cacheControl } : {}
  if (!custom) {
    const fn = withoutUndefined({ name, description, parameters, strict })
    return [withoutUndefined({ type: 'function', function: fn, ...cached })]
  }
  if (quirks.customTools) {
    const said = withoutUndefined({ name, description, format: custom.format })
    return [{ type: 'custom', custom: said }]
  }
  left.add(`the free-text tool \`${name}\``)
  return []
}

export function encodeChoice(choice: ToolChoice | undefined, quirks: Quirks): Json | undefined {
  if (!choice || quirks.noTools) return undefined
  const { mode, tool, allowed } = choice
  if (mode === 'none' && quirks.noNoneChoice) return undefined
  if (tool !== undefined) return { type: 'function', function: { name: tool } }
  if (allowed !== undefined && quirks.allowedTools) {
    const tools = allowed.map((name) => ({ type: 'function', function: { name } }))
    return { type: 'allowed_tools', allowed_tools: { mode, tools } }
  }
  return mode === 'required' ? (quirks.requiredChoice ?? mode) : mode
}
