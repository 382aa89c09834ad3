import type { Citation } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'

/** A citation as chat completions word it: what it says of a page stands in an object of its own. */
export function annotationOf(citation: Citation): JsonObject {
  const { raw, wire, url, title, startIndex, endIndex, citedText } = citation
  if (wire === 'openai_chat' && raw['type'] === 'url_citation') return raw
  return {
    type: 'url_citation',
    url_citation: {
      url: url ?? '',
      title: title ?? '',
      start_index: startIndex ?? 0,
      end_index: endIndex ?? 0,
      ...(citedText !== undefined && { content: citedText }),
    },
  }
}
