import type { Citation, Part } from '../../domain/chat.ts'
import { asArray, asNumber, asObject, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { CallPlaces } from './call-places.ts'
import { WIRE } from './fields.ts'

/** Source: OpenAI API reference, `annotations`; Mistral and others have kinds of their own. */
export function readCitation(raw: JsonObject): Citation | null {
  const page = asObject(raw['url_citation']) ?? (asString(raw['url']) ? raw : undefined)
  if (!page) return null
  const url = asString(page['url'])
  const title = asString(page['title'])
  const startIndex = asNumber(page['start_index'])
  const endIndex = asNumber(page['end_index'])
  return {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(startIndex !== undefined && { startIndex }),
    ...(endIndex !== undefined && { endIndex }),
    raw,
    wire: WIRE,
  }
}

/**
 * Pages that stand beside the answer, in every chunk of a stream or in those at its end: once it has
 * ended they are cited. Source: Perplexity API reference, `search_results` and the older `citations`.
 */
export function readPages(body: JsonObject, places: CallPlaces, parts: Part[]): void {
  places.finished ||= parts.some((part) => part.type === 'finish')
  if (places.cited || !places.finished) return
  const found = objectsIn(body['search_results'])
  const pages = found.length > 0 ? found : asArray(body['citations']).flatMap(pageOf)
  for (const raw of pages) {
    const url = asString(raw['url'])
    const title = asString(raw['title'])
    if (url === undefined) continue
    places.cited = true
    const citation = { url, ...(title !== undefined && { title }), raw, wire: WIRE }
    parts.push({ type: 'citation', citation })
  }
}

function pageOf(page: Json): JsonObject[] {
  if (typeof page === 'string') return [{ url: page }]
  return objectsIn([page])
}
