import type { ChatRequest, ProviderTool, Tool, ToolChoice } from '../../domain/chat.ts'
import { asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { lowered } from './schema.ts'

const DECLARATIONS = new Set(['functionDeclarations', 'function_declarations'])

/** Functions are the client's; whatever else stands beside them Google runs itself. */
export function decodeTools(value: Json | undefined): Pick<ChatRequest, 'tools' | 'providerTools'> {
  const tools: Tool[] = []
  const providerTools: ProviderTool[] = []
  for (const tool of objectsIn(value)) {
    const declared = tool['functionDeclarations'] ?? tool['function_declarations']
    tools.push(...objectsIn(declared).map(decodeFunction))
    const rest = fieldsBeside(tool, DECLARATIONS)
    if (rest) providerTools.push({ wire: 'gemini', data: rest })
  }
  return { tools, ...(providerTools.length > 0 && { providerTools }) }
}

function decodeFunction(declaration: JsonObject): Tool {
  const parameters = declaration['parametersJsonSchema'] ?? lowered(declaration['parameters'])
  const description = asString(declaration['description'])
  return { name: asString(declaration['name']) ?? '', ...compact({ description, parameters }) }
}

const MODES: ReadonlyMap<string, ToolChoice['mode']> = new Map([
  ['AUTO', 'auto'],
  ['VALIDATED', 'auto'],
  ['ANY', 'required'],
  ['NONE', 'none'],
])

export function decodeChoice(json: JsonObject): ToolChoice | undefined {
  const config = asObject(json['toolConfig'] ?? json['tool_config'])
  const calling = asObject(config?.['functionCallingConfig'] ?? config?.['function_calling_config'])
  const mode = MODES.get(asString(calling?.['mode'])?.toUpperCase() ?? '')
  if (!calling || !mode) return undefined
  const names = calling['allowedFunctionNames'] ?? calling['allowed_function_names']
  const allowed = Array.isArray(names) ? names.flatMap((name) => asString(name) ?? []) : []
  const [only] = allowed
  if (allowed.length === 1 && only !== undefined && mode === 'required') return { mode, tool: only }
  return allowed.length > 0 ? { mode, allowed } : { mode }
}
