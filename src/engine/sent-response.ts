import { asObject, asString, type JsonObject } from '../lib/json.ts'
import type { Draft } from './draft.ts'

/** The name under which the client knows the answer; null when it cannot ask for it again. */
export function sentResponseId(
  { kept, body }: Draft,
  answer: JsonObject | readonly JsonObject[],
): string | null {
  // Without its texts there is nothing to give again.
  if (!kept || body === '') return null
  return kept.relayed ? (asString(sentResponse(answer)?.['id']) ?? null) : kept.id
}

/** The response object in an upstream's answer: of a stream's events the last one that has it. */
export function sentResponse(answer: JsonObject | readonly JsonObject[]): JsonObject | undefined {
  if (!isEvents(answer)) return answer
  return asObject(answer.findLast(({ response }) => asObject(response))?.['response'])
}

function isEvents(answer: JsonObject | readonly JsonObject[]): answer is readonly JsonObject[] {
  return Array.isArray(answer)
}
