import type { Citation } from '../../domain/chat.ts'
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'

/** A citation of Cohere's, whose offsets count characters of the text block it stands in. */
export function readCitation(raw: JsonObject, text: string): Citation {
  const sources = objectsIn(raw['sources']).flatMap(sourceOf)
  return { ...sources[0], ...placeOf(raw, text), raw, wire: 'cohere_chat' }
}

function sourceOf(source: JsonObject): { url?: string; title?: string }[] {
  const about = asObject(source['document']) ?? asObject(source['tool_output'])
  const url = asString(about?.['url'])
  const title = asString(about?.['title'])
  if (url === undefined && title === undefined) return []
  return [{ ...(url !== undefined && { url }), ...(title !== undefined && { title }) }]
}

/** Whether it counts UTF-16 units or code points, its own words tell; else the place is unknown. */
function placeOf(raw: JsonObject, text: string): { startIndex?: number; endIndex?: number } {
  const start = asNumber(raw['start'])
  const end = asNumber(raw['end'])
  const words = asString(raw['text'])
  if (start === undefined || end === undefined || words === undefined) return {}
  if (text.slice(start, end) === words) return { startIndex: start, endIndex: end }
  const points = Array.from(text)
  const before = points.slice(0, start).join('').length
  return text.startsWith(words, before)
    ? { startIndex: before, endIndex: before + words.length }
    : {}
}
