import type { Part, Thought } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import { withoutUndefined } from '../compact.ts'

type Said = Pick<Thought, 'text' | 'summary' | 'signature' | 'data' | 'id' | 'format' | 'details'>

/**
 * A thought as `reasoning_details` (OpenRouter's field, the only one of this dialect that clients
 * bring back whole): the provider's own pieces, or ours that say the same.
 */
export function detailsOf(thought: Said, index: number): JsonObject[] {
  const { text, summary, signature, data, id, format, details } = thought
  if (details && details.length > 0) return [...details]
  const common = { id, format, index }
  const pieces: JsonObject[] = []
  if (summary) {
    const said = { type: 'reasoning.summary', summary: summary.join('\n\n'), ...common }
    pieces.push(withoutUndefined(said))
  }
  if ((text !== null && text !== '') || signature !== undefined) {
    const said = { type: 'reasoning.text', text: text ?? '', signature, ...common }
    pieces.push(withoutUndefined(said))
  }
  if (data !== undefined) {
    pieces.push(withoutUndefined({ type: 'reasoning.encrypted', data, ...common }))
  }
  return pieces
}

/** The same for a piece of a thought in a stream. */
export function detailsOfPart(part: Extract<Part, { type: 'reasoning' }>, index: number) {
  const { summary, text, paragraph, ...secrets } = part
  if (!summary) return detailsOf({ text, ...secrets }, index)
  const said = paragraph ? `\n\n${text}` : text
  return detailsOf({ text: null, ...secrets, ...(said !== '' && { summary: [said] }) }, index)
}

/** Where a tool call's signature goes: Google's own place for it in this dialect. */
export function signatureFields(signature: string | undefined): JsonObject {
  if (signature === undefined) return {}
  return { extra_content: { google: { thought_signature: signature } } }
}
