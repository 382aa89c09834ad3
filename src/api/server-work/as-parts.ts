import type { JsonObject } from '../../lib/json.ts'
import { askedOf } from './asked.ts'
import { carry } from './carried.ts'
import { GOOGLE_TYPES, type Result, type Work, workOf } from './work.ts'

/** What another provider's tool did, as parts that Gemini's clients know. */
export function partsOfWork(data: JsonObject, wire: string): JsonObject[] {
  const call = askedOf(data, wire)
  if (call) {
    const { id, name, input: args } = call
    return [{ functionCall: { id, name, args }, partMetadata: carry(wire, data) }]
  }
  const work = workOf(data, wire)
  if (!work) return []
  const { input, result } = work
  const parts = [
    ...(input ? [usePart(work, input)] : []),
    ...(result ? [resultPart(work, result)] : []),
  ]
  return parts.map((part, place) =>
    Object.assign(part, { partMetadata: carry(wire, ...(place === 0 ? [data] : [])) }),
  )
}

function usePart({ id, tool, server }: Work, input: JsonObject): JsonObject {
  const { code } = input
  if (tool === 'code_execution' && typeof code === 'string') {
    return { executableCode: { language: 'PYTHON', code, id } }
  }
  return {
    toolCall: { id, toolType: typeOf(tool), args: { tool, ...(server && { server }), ...input } },
  }
}

function resultPart({ id, tool }: Work, { text, pages, failed }: Result): JsonObject {
  if (tool === 'code_execution') {
    const outcome = failed ? 'OUTCOME_FAILED' : 'OUTCOME_OK'
    return { codeExecutionResult: { outcome, output: text, id } }
  }
  const said = text === '' ? {} : { [failed ? 'error' : 'output']: text }
  const found = pages.length > 0 ? { pages: pages.map((page) => ({ ...page })) } : {}
  return { toolResponse: { id, toolType: typeOf(tool), response: { ...said, ...found } } }
}

function typeOf(tool: string): string {
  return GOOGLE_TYPES.find(([each]) => each === tool)?.[1] ?? 'TOOL_TYPE_UNSPECIFIED'
}
