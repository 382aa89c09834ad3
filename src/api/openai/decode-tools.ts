import type {
  ChatRequest,
  ProviderTool,
  ResponseFormat,
  Tool,
  ToolChoice,
} from '../../domain/chat.ts'
import { asBoolean, asObject, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'

/** The tools of a request: ours to call, and those the provider runs itself. */
export function decodeTools(json: JsonObject): Pick<ChatRequest, 'tools' | 'providerTools'> {
  const tools: Tool[] = objectsIn(json['functions']).flatMap((fn) => decodeFunction(fn))
  const providerTools: ProviderTool[] = []
  for (const data of objectsIn(json['tools'])) {
    const decoded = decodeTool(data)
    if (decoded.length > 0) tools.push(...decoded)
    else providerTools.push({ wire: 'openai_chat', data })
  }
  return { tools, ...(providerTools.length > 0 && { providerTools }) }
}

function decodeTool(said: JsonObject): Tool[] {
  const custom = asObject(said['custom'])
  if (custom) {
    const { format } = custom
    return decodeFunction(custom).map((tool) =>
      Object.assign(tool, { custom: compact({ format }) }),
    )
  }
  const cacheControl = asObject(said['cache_control'])
  const fn = asObject(said['function'])
  if (!fn) return []
  return decodeFunction(fn).map((tool) => Object.assign(tool, compact({ cacheControl })))
}

function decodeFunction(fn: JsonObject): Tool[] {
  const name = asString(fn['name'])
  if (name === undefined) return []
  const { parameters } = fn
  const description = asString(fn['description'])
  return [{ name, ...compact({ description, parameters, strict: asBoolean(fn['strict']) }) }]
}

export function decodeChoice(choice: Json | undefined): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice }
  if (choice === 'any') return { mode: 'required' }
  const object = asObject(choice)
  if (!object) return undefined
  const allowed = asObject(object['allowed_tools'])
  if (allowed) return decodeAllowed(allowed)
  const named = asObject(object['function']) ?? asObject(object['custom']) ?? object
  const tool = asString(named['name'])
  return tool === undefined ? undefined : { mode: 'required', tool }
}

function decodeAllowed(allowed: JsonObject): ToolChoice {
  const names = objectsIn(allowed['tools']).flatMap((tool) => {
    const named = asObject(tool['function']) ?? asObject(tool['custom']) ?? tool
    return asString(named['name']) ?? []
  })
  return { mode: allowed['mode'] === 'required' ? 'required' : 'auto', allowed: names }
}

/**
 * Beside OpenAI's place for a schema there are Together's and llama.cpp's (`schema` beside the type)
 * and Hugging Face's (`json_schema` is itself one).
 */
function schemaIn(format: JsonObject, json: JsonObject): Json | undefined {
  if ('schema' in json) return json['schema']
  return 'properties' in json ? json : format['schema']
}

export function decodeFormat(format: Json | undefined): ResponseFormat | undefined {
  const object = asObject(format)
  const type = asString(object?.['type'])
  if (type === 'text') return { type }
  const json = asObject(object?.['json_schema']) ?? {}
  const schema = object && schemaIn(object, json)
  if (type === 'json_object' && !schema) return { type }
  if (!object || (type !== 'json_schema' && type !== 'json_object')) return undefined
  return {
    type: 'json_schema',
    ...compact({
      schema: schema ?? undefined,
      name: asString(json['name']),
      description: asString(json['description']),
      strict: asBoolean(json['strict']),
    }),
  }
}
