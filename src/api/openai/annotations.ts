import type { Citation } from '../../domain/chat.ts'
import { asNumber, asObject, asString, type JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'

/** Wires whose places count from the beginning of an answer; those of others from that of a text. */
const COUNT_FROM_ANSWER: ReadonlySet<string> = new Set(['openai_chat', 'gemini'])

/**
 * A citation as chat completions word it: what it says of a page stands in an object of its own. Of
 * files, which OpenAI cites in Responses alone, all that was said stands beside it. `begin`: where in
 * the whole content the text begins that it is of.
 */
export function annotationOf(citation: Citation, begin: number): JsonObject {
  const { raw, wire, url, title, startIndex, endIndex, citedText } = citation
  if (wire === 'openai_chat' && raw['type'] === 'url_citation') return raw
  const kind = asString(raw['type']) ?? ''
  const known = startIndex !== undefined && endIndex !== undefined
  const before = known && !COUNT_FROM_ANSWER.has(wire) ? begin : 0
  return {
    ...(wire === RESPONSES && FILES.has(kind) && { [kind]: raw }),
    type: 'url_citation',
    url_citation: {
      url: url ?? '',
      title: title ?? '',
      start_index: before + (startIndex ?? 0),
      end_index: before + (endIndex ?? 0),
      ...(citedText !== undefined && { content: citedText }),
    },
  }
}

const RESPONSES = 'openai_responses'
/** Source: OpenAI API reference, the annotations of an output text. */
const FILES: ReadonlySet<string> = new Set([
  'file_citation',
  'container_file_citation',
  'file_path',
])

/** The same, read: one of another kind has no noun. */
export function citationOf(raw: JsonObject): Citation[] {
  const file = [...FILES].map((kind) => asObject(raw[kind])).find(Boolean)
  if (file) return [{ raw: file, wire: RESPONSES }]
  const page = asObject(raw['url_citation']) ?? raw
  const url = asString(page['url'])
  if (url === undefined) return []
  const facts = {
    url,
    title: asString(page['title']),
    startIndex: asNumber(page['start_index']),
    endIndex: asNumber(page['end_index']),
  }
  return [{ ...compact(facts), raw, wire: 'openai_chat' }]
}
