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
 * Pages that stand beside the answer, in every chunk of a stream or in some: once it has ended they
 * are cited, each once. Source: Perplexity API reference, `search_results`, `images` and the older `citations`;
 * Z.AI docs, `web_search`; Venice docs, `web_search_citations`; Alibaba docs, `search_info`.
 */
export function readPages(body: JsonObject, places: CallPlaces, parts: Part[]): void {
  const found = objectsIn(body['search_results'])
  notePages(found.length > 0 ? found : asArray(body['citations']).flatMap(pageOf), places)
  // Pictures that were found are cited by the pages they are on.
  notePages(objectsIn(body['images']), places)
  notePages(objectsIn(body['web_search']), places)
  notePages(objectsIn(asObject(body['venice_parameters'])?.['web_search_citations']), places)
  notePages(objectsIn(asObject(body['search_info'])?.['search_results']), places)
  places.finished ||= !places.streamed || parts.some((part) => part.type === 'finish')
  if (places.finished) parts.push(...citedPages(places))
}

/** The pages that have not been told yet. */
export function citedPages(places: CallPlaces): Part[] {
  return places.takePages().map((citation) => ({ type: 'citation', citation }))
}

/**
 * Pages that stand in a message, at its end. Source: Azure's reference, "On your data"; Groq docs,
 * `executed_tools`; Writer's reference, `graph_data`, `web_search_data`.
 */
export function noteMessagePages(message: JsonObject, places: CallPlaces): void {
  notePages(objectsIn(asObject(message['context'])?.['citations']), places)
  for (const tool of objectsIn(message['executed_tools'])) {
    notePages(objectsIn(asObject(tool['search_results'])?.['results']), places)
  }
  const graph = asObject(asObject(message['graph_data'])?.['references'])
  notePages(objectsIn(graph?.['web']), places)
  notePages(objectsIn(asObject(message['web_search_data'])?.['sources']), places)
}

function notePages(pages: readonly JsonObject[], places: CallPlaces): void {
  for (const raw of pages) {
    const names = ['url', 'link', 'origin_url', 'image_url']
    const url = names.map((name) => asString(raw[name])).find(Boolean)
    const title = asString(raw['title'])
    // An attachment has a title alone.
    if (url === undefined) continue
    places.notePage({ url, ...(title !== undefined && { title }), raw, wire: WIRE })
  }
}

function pageOf(page: Json): JsonObject[] {
  if (typeof page === 'string') return [{ url: page }]
  return objectsIn([page])
}
