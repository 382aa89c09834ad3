import type { Config } from '../config/config.ts'
import type { FunctionConfig, Schema } from '../config/functions.ts'
import type { Block } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { outputBlocks } from '../domain/native-blocks.ts'
import type { NativeInference } from '../domain/native.ts'
import { DEFAULT_FUNCTION, defaultFunction } from '../engine/functions/default-function.ts'
import { asArray, asObject, asString, type Json, objectsIn } from '../lib/json.ts'
import type { StoredInference } from '../store/store.ts'
import { functionNamed } from '../engine/functions/function-named.ts'

/**
 * What should have been answered, in the words in which answers are stored: blocks for a chat
 * function, `{raw, parsed}` for a json function. Checked against the tools or the schema that this
 * very inference had. Throws `GatewayError` (400).
 */
export function readDemonstration(config: Config, inference: StoredInference, value: Json): Json {
  const fn = functionOf(config, inference)
  const { native = null } = inference.record
  if (fn.type === 'json') return jsonAnswer(config, native?.output_schema ?? {}, value)
  const schemas = native ? toolsOf(config, fn, native) : toolsIn(config, inference.record.tools)
  return chatAnswer(schemas, value)
}

function functionOf(config: Config, { functionName, variantName }: StoredInference) {
  if (functionName === DEFAULT_FUNCTION) return defaultFunction(variantName)
  return functionNamed(config, functionName)
}

type Tools = Map<string, Schema | null>

function chatAnswer(tools: Tools, value: Json): Json {
  const blocks = outputBlocks(readBlocks(value), tools, '')
  for (const block of blocks) {
    if (block['type'] !== 'tool_call') continue
    if (block['name'] === null) throw refuse('Demonstration contains invalid tool name')
    if (block['arguments'] === null) {
      throw refuse('Demonstration contains invalid tool call arguments')
    }
  }
  return blocks
}

function readBlocks(value: Json): Block[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  if (Array.isArray(value)) return value.map(readBlock)
  throw refuse('Demonstration must be a string or an array of content blocks')
}

function readBlock(value: Json): Block {
  const block = asObject(value) ?? {}
  const need = (field: string): string => {
    const text = asString(block[field])
    if (text !== undefined) return text
    throw wrongBlock(
      block[field] === undefined ? `missing field \`${field}\`` : `\`${field}\` must be a string`,
    )
  }
  const type = need('type')
  if (type === 'text') return { type, text: need('text') }
  if (type !== 'tool_call') {
    throw wrongBlock(`unknown variant \`${type}\`, expected \`text\` or \`tool_call\``)
  }
  const name = need('name')
  if (block['arguments'] === undefined) throw wrongBlock('missing field `arguments`')
  return { type, name, arguments: JSON.stringify(block['arguments']), id: need('id') }
}

function wrongBlock(why: string): GatewayError {
  return refuse(`Invalid demonstration content block: ${why}`)
}

/** Those that came with the request, the function's, and others that the request allowed. */
function toolsOf(config: Config, fn: FunctionConfig, native: NativeInference): Tools {
  const tools = toolsIn(config, native.additional_tools ?? null)
  const allowed = asArray(native.allowed_tools).filter((name) => typeof name === 'string')
  const configured = [...fn.tools, ...allowed].map((key) => config.tools.get(key))
  for (const tool of configured) {
    if (tool && !tools.has(tool.name)) tools.set(tool.name, tool.parameters)
  }
  return tools
}

/** Tools as clients send them, in whichever format. */
function toolsIn(config: Config, json: Json): Tools {
  const tools: Tools = new Map()
  for (const entry of objectsIn(json)) {
    const tool = asObject(entry['function']) ?? entry
    const name = asString(tool['name'])
    const parameters = tool['parameters'] ?? tool['input_schema']
    if (name === undefined) continue
    const schema =
      parameters === undefined ? null : config.compileSchema(parameters, `the tool \`${name}\``)
    tools.set(name, schema)
  }
  return tools
}

function jsonAnswer(config: Config, schema: Json, value: Json): Json {
  const wrong = config.compileSchema(schema, 'the output schema').check(value)
  if (wrong.length > 0) {
    throw refuse(
      `Demonstration does not fit function output schema: JSON Schema validation failed:\n${wrong.join('\n')}`,
    )
  }
  return { raw: JSON.stringify(value), parsed: value }
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'value' })
}
