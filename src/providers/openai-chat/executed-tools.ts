import type { Part } from '../../domain/chat.ts'
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import type { CallPlaces } from './call-places.ts'
import { WIRE } from './fields.ts'

type At = { readonly choice?: number }

/**
 * Tools that the provider ran itself, each as a block of its own. A stream tells of each twice: as it
 * begins, and with what came of it. Source: Groq docs, "Built-in tools".
 */
export function readExecuted(
  { executed_tools: executed }: JsonObject,
  at: At,
  places: CallPlaces,
  parts: Part[],
): void {
  const choice = at.choice ?? 0
  for (const tool of objectsIn(executed)) {
    const number = asNumber(tool['index']) ?? 0
    if (places.streamed && !hasResult(tool)) places.beginTool(choice, number, tool)
    else {
      places.endTool(choice, number)
      parts.push(executedPart(tool, at))
    }
  }
}

/** Those that nothing came of, once their choice has ended. */
export function readUnended(at: At, places: CallPlaces): Part[] {
  return places.takeTools(at.choice ?? 0).map((tool) => executedPart(tool, at))
}

/** What came of a call that the provider answered itself, as Mistral tells it. */
export function readToolTurn(message: JsonObject, at: At): Part {
  const { tool_call_id: id, name, arguments: said, content } = message
  const asked = said === undefined ? {} : { arguments: said }
  const tool = { id: id ?? '', name: name ?? '', ...asked, output: content ?? '' }
  return executedPart(tool, at)
}

function executedPart(tool: JsonObject, at: At): Part {
  return { type: 'unknown', data: { executed_tools: [tool] }, wire: WIRE, ...at }
}

function hasResult(tool: JsonObject): boolean {
  const pages = objectsIn(asObject(tool['search_results'])?.['results'])
  const others = ['code_results', 'browser_results'].flatMap((key) => objectsIn(tool[key]))
  return asString(tool['output']) !== undefined || pages.length + others.length > 0
}
