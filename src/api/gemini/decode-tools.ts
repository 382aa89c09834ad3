import type { ChatRequest, ProviderTool, Tool, ToolChoice } from '../../domain/chat.ts'
import { asArray, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { camel, lowered } from './schema.ts'

/** Google takes one of a kind without its list. */
function listed(value: Json | undefined): JsonObject[] {
  const one = asObject(value)
  return one ? [one] : objectsIn(value)
}

const DECLARATIONS = new Set(['functionDeclarations'])

/** Functions are the client's; whatever else stands beside them Google runs itself. */
export function decodeTools(value: Json | undefined): Pick<ChatRequest, 'tools' | 'providerTools'> {
  const tools: Tool[] = []
  const providerTools: ProviderTool[] = []
  for (const tool of listed(value).map(camel)) {
    tools.push(...objectsIn(tool['functionDeclarations']).map(decodeFunction))
    const rest = fieldsBeside(tool, DECLARATIONS)
    if (rest) providerTools.push({ wire: 'gemini', data: rest })
  }
  return { tools, ...(providerTools.length > 0 && { providerTools }) }
}

function decodeFunction(said: JsonObject): Tool {
  const declaration = camel(said)
  const parameters = declaration['parametersJsonSchema'] ?? lowered(declaration['parameters'])
  const description = asString(declaration['description'])
  return { name: asString(declaration['name']) ?? '', ...compact({ description, parameters }) }
}

const HELD = new Set(['name', 'description', 'parameters', 'parametersJsonSchema'])

/** What functions say that only Gemini knows (how their answers look), in words for the client. */
export function unreadDeclarations(tools: Json | undefined): string[] {
  const declarations = listed(tools)
    .map(camel)
    .flatMap((tool) => objectsIn(tool['functionDeclarations']).map(camel))
  const names = declarations.flatMap((each) => Object.keys(fieldsBeside(each, HELD) ?? {}))
  return [...new Set(names)].map((name) => `\`${name}\` of a function`)
}

const MODES: ReadonlyMap<string, ToolChoice['mode']> = new Map([
  ['AUTO', 'auto'],
  ['VALIDATED', 'auto'],
  ['ANY', 'required'],
  ['NONE', 'none'],
])

export function decodeChoice(toolConfig: JsonObject): ToolChoice | undefined {
  const calling = callingOf(toolConfig)
  const mode = MODES.get(asString(calling?.['mode'])?.toUpperCase() ?? '')
  if (!calling || !mode) return undefined
  const allowed = asArray(calling['allowedFunctionNames']).flatMap((name) => asString(name) ?? [])
  const [only] = allowed
  if (allowed.length === 1 && only !== undefined && mode === 'required') return { mode, tool: only }
  return allowed.length > 0 ? { mode, allowed } : { mode }
}

/** What only Gemini knows of how tools are to be used, in words for the client. */
export function unreadOf(toolConfig: JsonObject): string[] {
  const calling = callingOf(toolConfig)
  const beside = Object.keys(fieldsBeside(toolConfig, new Set(['functionCallingConfig'])) ?? {})
  const checked = asString(calling?.['mode'])?.toUpperCase() === 'VALIDATED'
  return [
    ...beside.map((key) => `\`toolConfig.${key}\``),
    ...(checked ? ['the mode `VALIDATED` of `functionCallingConfig`'] : []),
  ]
}

function callingOf(toolConfig: JsonObject): JsonObject | undefined {
  const calling = asObject(toolConfig['functionCallingConfig'])
  return calling && camel(calling)
}
