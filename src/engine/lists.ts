import type { Part } from '../domain/chat.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Wire } from '../providers/provider.ts'

/** A stream that came as one list of its events (Gemini, where nobody asked for `alt=sse`). */
export function partsOfList(wire: Wire, listed: readonly JsonObject[]): Part[] {
  const decoder = wire.decoder()
  return listed.flatMap((body) => decoder.push({ event: 'message', data: JSON.stringify(body) }))
}
