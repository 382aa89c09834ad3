import type { Json } from '../../domain/chat.ts'
import { allowedToolsIn, type NativeInference } from '../../domain/native.ts'
import { asArray, asObject, parseJson } from '../../lib/json.ts'
import type { Ask } from './queries.ts'
import { readText, readTextOrNull, type Row } from '../row.ts'

/** What TensorZero kept of inferences that were taken over from it, by id. */
export async function readNatives(
  ask: Ask,
  ids: readonly string[],
): Promise<Map<string, NativeInference>> {
  if (ids.length === 0) return new Map()
  const common = 'toString(id) AS id, input, output, inference_params, extra_body'
  const where = 'WHERE toString(id) IN {ids: Array(String)}'
  const chats = await ask(
    `SELECT ${common}, dynamic_tools, dynamic_provider_tools, allowed_tools, tool_choice,
       parallel_tool_calls FROM ChatInference ${where}`,
    { ids },
  )
  const others = await ask(
    `SELECT ${common}, output_schema, auxiliary_content FROM JsonInference ${where}`,
    { ids },
  )
  return new Map([
    ...chats.map((row) => [readText(row, 'id'), chatOf(row)] as const),
    ...others.map((row) => [readText(row, 'id'), jsonOf(row)] as const),
  ])
}

function chatOf(row: Row): NativeInference {
  return { type: 'chat', ...commonOf(row), ...toolsIn(row) }
}

/** What the columns of tools say. */
export function toolsIn(row: Row) {
  const tools = (column: string) => asTexts(row[column]).map((text) => parseJson(text) ?? null)
  return {
    additional_tools: tools('dynamic_tools'),
    provider_tools: tools('dynamic_provider_tools'),
    allowed_tools: allowedToolsIn(jsonAt(row, 'allowed_tools')),
    tool_choice: jsonAt(row, 'tool_choice'),
    parallel_tool_calls:
      row['parallel_tool_calls'] === null ? null : Boolean(row['parallel_tool_calls']),
  }
}

function jsonOf(row: Row): NativeInference {
  return {
    type: 'json',
    ...commonOf(row),
    output_schema: jsonAt(row, 'output_schema'),
    auxiliary_content: jsonAt(row, 'auxiliary_content'),
  }
}

function commonOf(row: Row) {
  return {
    input: asObject(jsonAt(row, 'input')) ?? {},
    output: jsonAt(row, 'output'),
    inference_params: asObject(jsonAt(row, 'inference_params')) ?? {},
    extra_body: [...asArray(jsonAt(row, 'extra_body'))],
  }
}

export function jsonAt(row: Row, column: string): Json {
  return parseJson(readTextOrNull(row, column) ?? 'null') ?? null
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
