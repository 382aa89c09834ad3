import type {
  ChatRequest,
  ProviderTool,
  ResponseFormat,
  Tool,
  ToolChoice,
  ToolPlace,
} from '../../../domain/chat.ts'
import { groupNames } from '../../../domain/tool-groups.ts'
import { asBoolean, asObject, asString, fieldsBeside, objectsIn } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../lib/json.ts'
import { compact } from '../../compact.ts'
import { WIRE } from './items.ts'

export function decodeTools(value: Json | undefined): Pick<ChatRequest, 'tools' | 'providerTools'> {
  const tools: Tool[] = []
  const providerTools: ProviderTool[] = []
  for (const data of objectsIn(value)) {
    const read = data['type'] === 'namespace' ? decodeGroup(data) : decodeTool(data)
    if (read.length > 0) tools.push(...read)
    else providerTools.push({ wire: WIRE, data })
  }
  return { tools: groupNames(tools), ...(providerTools.length > 0 && { providerTools }) }
}

/** Tools under one name. Source: OpenAI API reference, the namespace tool. */
function decodeGroup(data: JsonObject): Tool[] {
  const group = asString(data['name']) ?? ''
  const about = asString(data['description'])
  const place = { group, ...compact({ about }) }
  return objectsIn(data['tools']).flatMap((tool) => decodeTool(tool, place))
}

const TOOL_FIELDS = new Set(['type', 'name', 'description', 'parameters', 'strict', 'format'])

function decodeTool(data: JsonObject, place?: Omit<ToolPlace, 'name'>): Tool[] {
  const name = asString(data['name'])
  const type = asString(data['type'])
  if (name === undefined || (type !== 'function' && type !== 'custom')) return []
  const raw = fieldsBeside(data, TOOL_FIELDS)
  const common = {
    name,
    ...compact({ description: asString(data['description']) }),
    ...(raw && { raw, wire: WIRE }),
    ...(place && { within: { ...place, name } }),
  }
  if (type === 'custom') {
    return [{ ...common, custom: compact({ format: grammarApart(data['format']) }) }]
  }
  const parameters = data['parameters'] ?? undefined
  return [{ ...common, ...compact({ parameters, strict: asBoolean(data['strict']) }) }]
}

/** Our noun is that of chat completions: there a grammar is an object of its own. */
function grammarApart(format: Json | undefined): Json | undefined {
  const said = asObject(format)
  if (said?.['type'] !== 'grammar' || 'grammar' in said) return format
  const { type, ...grammar } = said
  return { type, grammar }
}

export function decodeChoice(choice: Json | undefined): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice }
  const object = asObject(choice)
  const tool = asString(object?.['name'])
  if (tool !== undefined) return { mode: 'required', tool }
  if (object?.['type'] !== 'allowed_tools') return undefined
  const allowed = objectsIn(object['tools']).flatMap((each) => asString(each['name']) ?? [])
  return { mode: object['mode'] === 'required' ? 'required' : 'auto', allowed }
}

export function decodeFormat(value: Json | undefined): ResponseFormat | undefined {
  const format = asObject(value)
  const type = asString(format?.['type'])
  if (type === 'text' || type === 'json_object') return { type }
  if (!format || type !== 'json_schema') return undefined
  return {
    type,
    ...compact({
      schema: format['schema'] ?? undefined,
      name: asString(format['name']),
      description: asString(format['description']),
      strict: asBoolean(format['strict']),
    }),
  }
}
