import type { Block, Part, Thought } from '../domain/chat.ts'
import { asObject, asString, type Json } from '../lib/json.ts'

/** OpenRouter's name for what Gemini signs: an empty thought of this kind holds a signature alone. */
const GEMINI = 'google-gemini-v1'

/** Whether a thought is but the place of a signature that Gemini put on something else. */
export function isBareSignature({ text, summary, signature, data, format }: Thought): boolean {
  return format === GEMINI && !text && !summary && !data && signature !== undefined
}

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

/** Where what was signed came back itself, the empty thought that stood for its signature says it twice. */
export function withoutRepeatedSignatures(blocks: readonly Block[]): Block[] {
  const signed = new Set(
    blocks.flatMap((block) => (block.type === 'unknown' ? ownSignature(block.data) : [])),
  )
  return blocks.filter(
    (block) =>
      block.type !== 'thought' || !isBareSignature(block) || !signed.has(block.signature ?? ''),
  )
}

function ownSignature(data: Json): string[] {
  const signature = asString(asObject(data)?.['thoughtSignature'])
  return signature === undefined ? [] : [signature]
}

/** Parts that Gemini runs itself are signed too. */
function splitUnknown(part: Extract<Part, { type: 'unknown' }>): Part[] {
  const signature = asString(part.data['thoughtSignature'])
  if (signature === undefined) return [part]
  const choice = part.choice === undefined ? {} : { choice: part.choice }
  return [part, bareSignature(signature, choice)]
}

function split(part: Part, callsToo: boolean): Part[] {
  if (part.type === 'unknown') return splitUnknown(part)
  if (part.type === 'reasoning' || !('signature' in part)) return [part]
  const { signature, ...rest } = part
  if (signature === undefined) return [rest]
  const choice = part.choice === undefined ? {} : { choice: part.choice }
  const thought = bareSignature(signature, choice)
  if (rest.type !== 'tool_call') return [rest, thought]
  return callsToo ? [thought, rest] : [part]
}

function bareSignature(signature: string, choice: { choice?: number }): Part {
  return { type: 'reasoning', text: '', begins: true, signature, format: GEMINI, ...choice }
}
