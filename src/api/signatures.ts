import type { Part } from '../domain/chat.ts'
import { asString } from '../lib/json.ts'

/**
 * Gemini signs texts, files and calls; other dialects know signatures of thoughts alone. There an
 * empty thought carries the signature, after a text and before a call, and is put back from there.
 */
export function withSignedThoughts(parts: readonly Part[], callsToo: boolean): readonly Part[] {
  return parts.some(isSigned) ? parts.flatMap((part) => split(part, callsToo)) : parts
}

function isSigned(part: Part): boolean {
  return (part.type !== 'reasoning' && 'signature' in part) || part.type === 'unknown'
}

/** Parts that Gemini runs itself are signed too. */
function splitUnknown(part: Extract<Part, { type: 'unknown' }>): Part[] {
  const signature = asString(part.data['thoughtSignature'])
  if (signature === undefined) return [part]
  const choice = part.choice === undefined ? {} : { choice: part.choice }
  return [part, { type: 'reasoning', text: '', begins: true, signature, ...choice }]
}

function split(part: Part, callsToo: boolean): Part[] {
  if (part.type === 'unknown') return splitUnknown(part)
  if (part.type === 'reasoning' || !('signature' in part)) return [part]
  const { signature, ...rest } = part
  if (signature === undefined) return [rest]
  const choice = part.choice === undefined ? {} : { choice: part.choice }
  const thought: Part = { type: 'reasoning', text: '', begins: true, signature, ...choice }
  if (rest.type !== 'tool_call') return [rest, thought]
  return callsToo ? [thought, rest] : [part]
}
