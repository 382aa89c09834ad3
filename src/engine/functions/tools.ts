import type { Config } from '../../config/config.ts'
import type { FunctionConfig, Schema, ToolConfig } from '../../config/functions.ts'
import type { Tool } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { TaskTools, ToolSetup } from './task.ts'

/**
 * The tools of a request: the function's, those that came with it, and configured ones that it
 * names. Throws `GatewayError` (400) for unknown and for equal names.
 */
export function setUpTools(config: Config, fn: FunctionConfig, asked: TaskTools): ToolSetup {
  if (fn.type === 'json') {
    refuseForJson(asked)
    return { tools: [], choice: null, parallel: null, provider: asked.provider, schemas: new Map() }
  }
  const own = keysOf(config, fn, asked).map((key) => toolOf(config, key))
  const tools = [...own.map(asTool), ...asked.additional]
  const schemas = new Map<string, Schema | null>()
  for (const tool of own) addSchema(schemas, tool.name, tool.parameters)
  for (const tool of asked.additional) addSchema(schemas, tool.name, schemaOf(config, tool))
  const choice = asked.choice ?? fn.toolChoice
  checkChoice(choice.tool, schemas)
  const allowed = asked.allowed?.map((name) => config.tools.get(name)?.name ?? name)
  return {
    tools,
    choice: tools.length === 0 ? null : { ...choice, ...(allowed && { allowed }) },
    parallel: asked.parallel ?? fn.parallelToolCalls,
    provider: asked.provider,
    schemas,
  }
}

/** A json function has no tools. */
function refuseForJson({ allowed, additional, choice, parallel }: TaskTools): void {
  const given = {
    '`allowed_tools` to a JSON function.': allowed !== null,
    '`additional_tools` to a JSON function.': additional.length > 0,
    '`tool_choice` to a JSON function': choice !== null,
    '`parallel_tool_calls` to a JSON function': parallel !== null,
  }
  const [wrong] = Object.entries(given).find(([, isGiven]) => isGiven) ?? []
  if (wrong !== undefined) throw new GatewayError('invalid_request', `Cannot pass ${wrong}`)
}

/** Allowed tools that the function does not have come along where they are configured. */
function keysOf(config: Config, fn: FunctionConfig, { allowed, additional }: TaskTools): string[] {
  const keys = new Set(fn.tools)
  for (const name of allowed ?? []) {
    if (additional.some((tool) => tool.name === name)) continue
    if (!config.tools.has(name)) throw notFound(name)
    keys.add(name)
  }
  return [...keys]
}

function toolOf(config: Config, key: string): ToolConfig {
  const tool = config.tools.get(key)
  if (tool) return tool
  throw notFound(key)
}

function notFound(name: string): GatewayError {
  return new GatewayError('invalid_request', `Tool not found: ${name}`, { param: 'allowed_tools' })
}

function asTool({ name, description, parameters, strict }: ToolConfig): Tool {
  return { name, description, parameters: parameters.json, ...(strict && { strict }) }
}

function addSchema(schemas: Map<string, Schema | null>, name: string, schema: Schema | null): void {
  if (schemas.has(name)) {
    const message = `Duplicate tool name: ${name}. Tool names must be unique.`
    throw new GatewayError('invalid_request', message, { param: 'additional_tools' })
  }
  schemas.set(name, schema)
}

function schemaOf(config: Config, { name, parameters, custom }: Tool): Schema | null {
  if (custom || parameters === undefined) return null
  return config.compileSchema(parameters, `the parameters of the tool \`${name}\``)
}

function checkChoice(tool: string | undefined, schemas: ReadonlyMap<string, unknown>): void {
  if (tool !== undefined && !schemas.has(tool)) throw notFound(tool)
}
