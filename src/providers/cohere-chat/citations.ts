import type { Citation } from '../../domain/chat.ts'
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'

/**
 * A citation of Cohere's, whose offsets count characters of the text block it stands in: one of each
 * source that has a name or an address; those that have none go with the first.
 */
export function readCitations(raw: JsonObject, text: string): Citation[] {
  const place = placeOf(raw, text)
  const sources = objectsIn(raw['sources'])
  const nameless = sources.filter((source) => !nameOf(source))
  const [first, ...others] = sources.flatMap((source) => {
    const name = nameOf(source)
    return name ? [{ name, source }] : []
  })
  const whole = others.length === 0 ? raw : { ...raw, sources: [first?.source ?? {}, ...nameless] }
  return [
    { ...first?.name, ...place, raw: whole, wire: 'cohere_chat' },
    ...others.map(({ name, source }): Citation => {
      const own = { ...raw, sources: [source] }
      return Object.assign(name, place, { raw: own, wire: 'cohere_chat' })
    }),
  ]
}

function nameOf(source: JsonObject): { url?: string; title?: string } | null {
  const about = asObject(source['document']) ?? asObject(source['tool_output'])
  const url = asString(about?.['url'])
  const title = asString(about?.['title'])
  if (url === undefined && title === undefined) return null
  return { ...(url !== undefined && { url }), ...(title !== undefined && { title }) }
}

/** Whether it counts UTF-16 units or code points, its own words tell; else the place is unknown. */
function placeOf(
  raw: JsonObject,
  text: string,
): Pick<Citation, 'citedText' | 'startIndex' | 'endIndex'> {
  const start = asNumber(raw['start'])
  const end = asNumber(raw['end'])
  const citedText = asString(raw['text'])
  if (citedText === undefined) return {}
  if (start === undefined || end === undefined) return { citedText }
  if (text.slice(start, end) === citedText) return { citedText, startIndex: start, endIndex: end }
  const points = Array.from(text)
  const before = points.slice(0, start).join('').length
  return text.startsWith(citedText, before)
    ? { citedText, startIndex: before, endIndex: before + citedText.length }
    : { citedText }
}
