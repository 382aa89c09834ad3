import type {
  ChatRequest,
  ProviderTool,
  Reasoning,
  ResponseFormat,
  Tool,
  ToolChoice,
} from '../../domain/chat.ts'
import { asNumber, asObject, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { noteRest, type Reading } from './decode-blocks.ts'

const TOOL_FIELDS = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

/** The client's own tools have a schema; what has another `type` Anthropic runs or knows itself. */
export function decodeTools(
  value: Json | undefined,
  reading: Reading,
): Pick<ChatRequest, 'tools' | 'providerTools'> {
  const tools: Tool[] = []
  const providerTools: ProviderTool[] = []
  for (const tool of objectsIn(value)) {
    const type = asString(tool['type'])
    const name = asString(tool['name'])
    const { input_schema: parameters } = tool
    const own = type === undefined || type === 'custom'
    if (!own || name === undefined) {
      providerTools.push({ wire: 'anthropic_messages', data: tool })
      continue
    }
    noteRest(tool, TOOL_FIELDS, reading)
    const strict = typeof tool['strict'] === 'boolean' ? tool['strict'] : undefined
    const cacheControl = asObject(tool['cache_control'])
    const description = asString(tool['description'])
    tools.push({ name, ...compact({ description, parameters, strict, cacheControl }) })
  }
  return { tools, ...(providerTools.length > 0 && { providerTools }) }
}

export function decodeChoice(value: Json | undefined): {
  choice: ToolChoice | undefined
  parallel: boolean | undefined
} {
  const object = asObject(value)
  const single = object?.['disable_parallel_tool_use']
  const parallel = typeof single === 'boolean' ? !single : undefined
  return { choice: choiceOf(object), parallel }
}

function choiceOf(object: JsonObject = {}): ToolChoice | undefined {
  switch (asString(object['type'])) {
    case 'auto':
      return { mode: 'auto' }
    case 'none':
      return { mode: 'none' }
    case 'any':
      return { mode: 'required' }
    case 'tool':
      return { mode: 'required', tool: asString(object['name']) ?? '' }
    default:
      return undefined
  }
}

export function decodeThinking(json: JsonObject, { unread }: Reading): Reasoning | undefined {
  const said = asObject(json['thinking'])
  const thinking = said ?? {}
  const effort = asString(asObject(json['output_config'])?.['effort'])
  if (!said && effort === undefined) return undefined
  const summary = asString(thinking['display'])
  switch (asString(thinking['type'])) {
    case 'enabled':
      return compact({ effort, budgetTokens: asNumber(thinking['budget_tokens']), summary })
    case 'adaptive':
      return { enabled: 'adaptive', ...compact({ effort, summary }) }
    case 'disabled':
      if (effort !== undefined) unread.add('`effort` of `output_config` (thinking is disabled)')
      return { enabled: false }
    default:
      return compact({ effort })
  }
}

export function decodeFormat(json: JsonObject): ResponseFormat | undefined {
  const format =
    asObject(asObject(json['output_config'])?.['format']) ?? asObject(json['output_format'])
  if (format?.['type'] !== 'json_schema') return undefined
  return {
    type: 'json_schema',
    ...compact({ schema: format['schema'] ?? undefined }),
    strict: true,
  }
}
