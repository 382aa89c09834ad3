import type { Citation, Part } from '../../domain/chat.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  type JsonObject,
  objectsIn,
} from '../../lib/json.ts'

type CitationPart = Extract<Part, { type: 'citation' }>

/** What a citation says of its place in the answer. */
type Place = Pick<Citation, 'startIndex' | 'endIndex' | 'citedText'>

/**
 * Pages an answer is grounded in, and sources it recites. Google counts places in bytes of the text
 * in UTF-8. Source: Gemini API reference, "GroundingMetadata", "Segment", "CitationMetadata".
 */
export function readGrounding(candidate: JsonObject, text: string): CitationPart[] {
  const grounding = asObject(candidate['groundingMetadata'])
  const supports = objectsIn(grounding?.['groundingSupports'])
  const chunks = asArray(grounding?.['groundingChunks']).flatMap((chunk, number) => {
    const raw = asObject(chunk)
    const page = KINDS.map((kind) => asObject(raw?.[kind])).find(Boolean)
    if (!raw || !page) return []
    const own = supports.filter((each) => asArray(each['groundingChunkIndices']).includes(number))
    const places = own.map((support) => placeOf(asObject(support['segment']) ?? {}, text))
    return (places.length > 0 ? places : [{}]).map((place) => citationOf(raw, page, place))
  })
  const recited = asObject(candidate['citationMetadata'])
  const sources = [...objectsIn(recited?.['citationSources']), ...objectsIn(recited?.['citations'])]
  return [...chunks, ...sources.map((raw) => citationOf(raw, raw, placeOf(raw, text)))]
}

const KINDS = ['web', 'retrievedContext', 'maps', 'image'] as const

function citationOf(raw: JsonObject, page: JsonObject, place: Place): CitationPart {
  const url = asString(page['uri']) ?? asString(page['sourceUri'])
  const title = asString(page['title'])
  const passage = asString(page['text'])
  const citation: Citation = {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(passage !== undefined && { citedText: passage }),
    ...place,
    raw,
    wire: 'gemini',
  }
  return { type: 'citation', citation }
}

/** A start of zero is left out. Where the words are not found at their place, the place is not told. */
function placeOf(segment: JsonObject, text: string): Place {
  const end = asNumber(segment['endIndex'])
  const said = asString(segment['text'])
  const words = said === undefined ? {} : { citedText: said }
  if (end === undefined || end <= 0) return words
  const bytes = Buffer.from(text)
  const startIndex = bytes.toString('utf8', 0, asNumber(segment['startIndex']) ?? 0).length
  const endIndex = bytes.toString('utf8', 0, end).length
  const found = end <= bytes.length && (said ?? '') === text.slice(startIndex, endIndex)
  const unsaid = said === undefined && end <= bytes.length
  if (found || unsaid) return { ...words, startIndex, endIndex }
  const at = said ? text.indexOf(said) : -1
  if (said === undefined || at < 0 || text.includes(said, at + 1)) return words
  return { ...words, startIndex: at, endIndex: at + said.length }
}
