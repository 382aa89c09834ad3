import type { Config } from '../config/config.ts'
import type { FunctionConfig, Schema } from '../config/functions.ts'
import type { Tool, ToolChoice } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Input } from '../domain/input.ts'
import { checkedCall, inputJson } from '../domain/native-blocks.ts'
import { DEFAULT_FUNCTION, defaultFunction } from '../engine/functions/default-function.ts'
import type { TaskTools } from '../engine/functions/task.ts'
import { choiceJson, toolAsJson } from '../domain/native-tools.ts'
import { setUpTools } from '../engine/functions/tools.ts'
import { validateInput } from '../engine/functions/validate-input.ts'
import {
  asArray,
  asBoolean,
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../lib/json.ts'
import { functionNamed } from '../engine/functions/function-named.ts'

/** The function of a datapoint, which must be of that type. Throws `GatewayError` (404, 400). */
export function functionFor(
  config: Config,
  name: string,
  type: FunctionConfig['type'],
): FunctionConfig {
  const fn = name === DEFAULT_FUNCTION ? defaultFunction('') : functionNamed(config, name)
  if (fn.type === type) return fn
  const kind = type === 'json' ? 'JSON' : 'chat'
  const message = `Function '${name}' is not configured as a ${kind} function`
  throw new GatewayError('invalid_request', message)
}

/** The input as it is stored. Throws `GatewayError` (400) where the function cannot take it. */
export function storedInput(config: Config, fn: FunctionConfig, input: Input): JsonObject {
  validateInput(fn, input, config.gateway.debug)
  return inputJson(input)
}

/**
 * Tools in the words of a request, as they are stored, and the schemas of calls. Throws
 * `GatewayError` (400) where the function cannot be asked so.
 */
export function checkedTools(config: Config, fn: FunctionConfig, given: JsonObject) {
  const tools = readTools(given)
  const { schemas } = setUpTools(config, fn, tools)
  const toolParams: JsonObject = {
    ...(tools.allowed && { allowed_tools: [...tools.allowed] }),
    ...(tools.additional.length > 0 && { additional_tools: tools.additional.map(toolAsJson) }),
    ...(tools.choice && { tool_choice: choiceJson(tools.choice) }),
    ...(tools.parallel !== null && { parallel_tool_calls: tools.parallel }),
    provider_tools: [...asArray(given['provider_tools'])],
  }
  return { toolParams, schemas }
}

function readTools(given: JsonObject): TaskTools {
  const allowed = given['allowed_tools']
  return {
    allowed: Array.isArray(allowed) ? allowed.flatMap((name) => asString(name) ?? []) : null,
    additional: objectsIn(given['additional_tools']).map(readTool),
    choice: readChoice(given['tool_choice']),
    parallel: asBoolean(given['parallel_tool_calls']) ?? null,
    provider: [],
  }
}

function readTool(tool: JsonObject): Tool {
  if (tool['type'] === 'openai_custom') return readCustomTool(tool)
  return {
    name: asString(tool['name']) ?? '',
    description: asString(tool['description']) ?? '',
    parameters: tool['parameters'] ?? {},
    ...(tool['strict'] === true && { strict: true }),
  }
}

function readCustomTool({ name, description, format }: JsonObject): Tool {
  const said = asString(description)
  return {
    name: asString(name) ?? '',
    ...(said !== undefined && { description: said }),
    custom: { ...(format !== undefined && { format }) },
  }
}

function readChoice(given: Json | undefined): ToolChoice | null {
  if (given === 'none' || given === 'auto' || given === 'required') return { mode: given }
  const tool = asString(asObject(given)?.['specific'])
  return tool === undefined ? null : { mode: 'required', tool }
}

/** Blocks of an answer; calls are read anew, against the tools there are. */
export function checkedOutput(
  blocks: readonly JsonObject[],
  schemas: ReadonlyMap<string, Schema | null>,
): JsonObject[] {
  return blocks.map((block) =>
    block['type'] === 'tool_call' ? checkedBlock(block, schemas) : block,
  )
}

function checkedBlock(block: JsonObject, schemas: ReadonlyMap<string, Schema | null>): JsonObject {
  const given = block['raw_arguments'] ?? block['arguments'] ?? ''
  const call = {
    id: asString(block['id']) ?? '',
    name: asString(block['raw_name']) ?? asString(block['name']) ?? '',
    arguments: typeof given === 'string' ? given : JSON.stringify(given),
  }
  return { type: 'tool_call', ...checkedCall(call, schemas) }
}

/** What a json function answered: `parsed` is null where it is not what the schema wants. */
export function parsedOutput(config: Config, raw: string | null, schemaJson: Json): JsonObject {
  const schema = config.compileSchema(schemaJson, 'output_schema')
  const value = raw === null ? undefined : parseJson(raw)
  const fits = value !== undefined && schema.check(value).length === 0
  return { raw, parsed: fits ? value : null }
}
