import type { Part } from '../domain/chat.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../lib/json.ts'
import { readEvents } from '../lib/sse.ts'
import type { Wire } from '../providers/provider.ts'
import { partsOfList } from './lists.ts'

/** What must be known of a response to read its text. */
interface ResponseFacts {
  readonly status: number | null
  /** It was a stream of events. */
  readonly streamed: boolean
}

/** The JSON in a response, a stream's as the list of its events, and what it says in our nouns. */
export function readResponse(
  { status, streamed }: ResponseFacts,
  text: string,
  wire: Wire,
): { json: JsonObject | JsonObject[]; parts: Part[] } {
  if (!streamed) {
    const value = status === 200 ? parseJson(text) : undefined
    if (Array.isArray(value)) {
      const bodies = objectsIn(value)
      return { json: bodies[0] ?? {}, parts: partsOfList(wire, bodies) }
    }
    const body = asObject(value)
    return body ? { json: body, parts: wire.parts(body) } : { json: {}, parts: [] }
  }
  const decoder = wire.decoder()
  const events = readEvents(Buffer.from(text))
  return {
    json: objectsIn(events.map(({ data }) => parseJson(data) ?? null)),
    parts: events.flatMap((event) => decoder.push(event)),
  }
}

/** What was kept a byte a character, as text. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
