import type { Part } from '../domain/chat.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../lib/json.ts'
import { readEventsIn } from '../lib/sse.ts'
import type { Wire } from '../providers/provider.ts'
import type { AttemptDraft } from './draft.ts'
import { partsOfList } from './lists.ts'

/** What must be known of a response to read its text. */
type ResponseFacts = Pick<AttemptDraft, 'status' | 'streamed' | 'responseType'>

/** What a response says in our nouns; and its JSON, a stream's as the list of its events. */
export interface ReadResponse {
  readonly parts: readonly Part[]
  /** Most streams are never asked for theirs: it is parsed when it is. */
  readonly json: () => JsonObject | JsonObject[]
}

export function readResponse(response: ResponseFacts, text: string, wire: Wire): ReadResponse {
  const { status, streamed } = response
  if (!streamed) {
    const value = status === 200 ? parseJson(text) : undefined
    if (Array.isArray(value)) {
      const bodies = objectsIn(value)
      return { json: () => bodies[0] ?? {}, parts: partsOfList(wire, bodies) }
    }
    const body = asObject(value)
    if (body) return { json: () => body, parts: wire.parts(body) }
    return { json: () => ({}), parts: isPlain(response, wire) ? [{ type: 'text', text }] : [] }
  }
  const decoder = wire.decoder()
  const events = readEventsIn(text)
  return {
    json: () => objectsIn(events.map(({ data }) => parseJson(data) ?? null)),
    parts: events.flatMap((event) => decoder.push(event)),
  }
}

/** A transcript may come as nothing but its words. */
function isPlain({ status, responseType }: ResponseFacts, wire: Wire): boolean {
  return status === 200 && wire.binary === true && /^text\//i.test(responseType ?? '')
}
