import type {
  ChatRequest,
  ProviderTool,
  ResponseFormat,
  Tool,
  ToolChoice,
} from '../../../domain/chat.ts'
import { asBoolean, asObject, asString, objectsIn } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../lib/json.ts'
import { compact } from '../../compact.ts'

export function decodeTools(value: Json | undefined): Pick<ChatRequest, 'tools' | 'providerTools'> {
  const tools: Tool[] = []
  const providerTools: ProviderTool[] = []
  for (const data of objectsIn(value)) {
    const tool = decodeTool(data)
    if (tool) tools.push(tool)
    else providerTools.push({ wire: 'openai_responses', data })
  }
  return { tools, ...(providerTools.length > 0 && { providerTools }) }
}

function decodeTool(data: JsonObject): Tool | null {
  const name = asString(data['name'])
  const type = asString(data['type'])
  if (name === undefined || (type !== 'function' && type !== 'custom')) return null
  const description = asString(data['description'])
  if (type === 'custom') {
    const format = grammarApart(data['format'])
    return { name, custom: compact({ format }), ...compact({ description }) }
  }
  const parameters = data['parameters'] ?? undefined
  return { name, ...compact({ description, parameters, strict: asBoolean(data['strict']) }) }
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
