import { allowedToolsIn, type ToolWords } from '../../domain/native.ts'
import {
  asArray,
  asObject,
  asString,
  type Json,
  type JsonObject,
  parseJson,
} from '../../lib/json.ts'
import { readNumberOrNull, readText, readTextOrNull, type Row } from '../../store/row.ts'

/** What columns of TensorZero's tables say. A value that is not what it must be throws. */

export function optionalText(row: Row, column: string): string | null {
  return row[column] === undefined ? null : readTextOrNull(row, column)
}

export function optionalNumber(row: Row, column: string): number | null {
  return row[column] === undefined ? null : readNumberOrNull(row, column)
}

/** JSON of a text, or of what came as JSON; null where there is none. */
export function jsonIn(row: Row, column: string): Json {
  const value = row[column]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows come as JSON, or as text of it
  if (typeof value !== 'string') return (value ?? null) as Json
  if (value === '') return null
  const json = parseJson(value)
  if (json === undefined) throw new Error(`Column ${column} does not hold JSON.`)
  return json
}

export function objectIn(row: Row, column: string): JsonObject {
  const json = jsonIn(row, column)
  const object = json === null ? {} : asObject(json)
  if (object === undefined) throw new Error(`Column ${column} does not hold an object.`)
  return object
}

export function textsIn(row: Row, column: string): Record<string, string> {
  const entries = Object.entries(objectIn(row, column))
  return Object.fromEntries(entries.map(([key, value]) => [key, asString(value) ?? ''] as const))
}

/** As Weir names it: a decimal number; '' where there was none. */
export function hashIn(row: Row): string {
  const text = optionalText(row, 'snapshot')
  return text === null || text === '0x' ? '' : BigInt(text).toString()
}

/** Nano-US-dollars of a decimal number's text with at most nine places, exactly. */
export function nanoIn(row: Row, column: string): number | null {
  const text = optionalText(row, column)
  const [, sign = '', whole = '', places = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text ?? '') ?? []
  if (whole === '') return null
  return Number(`${sign}${whole}${places.padEnd(9, '0').slice(0, 9)}`)
}

/** What was said of tools; the older way, all of it is in `tool_params`. */
export function toolsIn(row: Row): ToolWords {
  const words = {
    additional_tools: listIn(row, 'dynamic_tools').map(typed),
    provider_tools: listIn(row, 'dynamic_provider_tools'),
    allowed_tools: allowedToolsIn(jsonIn(row, 'allowed_tools')),
    tool_choice: jsonIn(row, 'tool_choice'),
    parallel_tool_calls:
      (row['parallel_tool_calls'] ?? null) === null ? null : Boolean(row['parallel_tool_calls']),
  }
  const old = objectIn(row, 'tool_params')
  if (words.tool_choice !== null || Object.keys(old).length === 0) return words
  return {
    ...words,
    additional_tools: asArray(old['tools_available']).map(typed),
    tool_choice: old['tool_choice'] ?? null,
    parallel_tool_calls: old['parallel_tool_calls'] ?? null,
  }
}

/** Tools were of one kind once, and then it had another name. */
function typed(tool: Json): Json {
  const said = asObject(tool)
  const isOld = said && (said['type'] ?? 'client_side_function') === 'client_side_function'
  return isOld ? { ...said, type: 'function' } : tool
}

/** A list of JSON values, each of which may be a text of JSON. */
function listIn(row: Row, column: string): Json[] {
  return asArray(jsonIn(row, column)).map((each) =>
    typeof each === 'string' ? (parseJson(each) ?? each) : each,
  )
}

/** A stored input, its older texts (`value`) in the words of today. */
export function inputIn(row: Row): JsonObject {
  const input = objectIn(row, 'input')
  const messages = asArray(input['messages']).map((each) => {
    const message = asObject(each) ?? {}
    const role = asString(message['role']) ?? 'user'
    return { role, content: contentOf(message['content'] ?? [], role) }
  })
  return { ...input, messages }
}

function contentOf(content: Json, role: string): Json[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return asArray(content).map((each) => {
    const block = asObject(each)
    if (block?.['type'] !== 'text' || !('value' in block)) return each
    const { value = null } = block
    const args = asObject(value)
    if (args) return { type: 'template', name: role, arguments: args }
    return { type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }
  })
}

export function keyOf(row: Row): string {
  return readText(row, 'key')
}
