import type { Citation, Part } from '../../domain/chat.ts'
import { asArray, asObject, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { soundType } from '../../lib/sniff.ts'
import { readCitation } from './citations.ts'
import type { CallPlaces } from './call-places.ts'
import { WIRE } from './fields.ts'

type At = { readonly choice?: number }

/** A string; or a list of typed pieces where Mistral puts its thinking and others pictures. */
export function readContent(message: JsonObject, at: At, parts: Part[]): void {
  const { content } = message
  if (typeof content === 'string') {
    if (content !== '') parts.push({ type: 'text', text: content, ...at })
  } else {
    for (const piece of objectsIn(content)) readPiece(piece, at, parts)
  }
  signText(message, at, parts)
}

function readPiece(piece: JsonObject, at: At, parts: Part[]): void {
  switch (asString(piece['type'])) {
    case 'thinking': {
      const text = thinkingText(piece['thinking'])
      const signature = asString(piece['signature'])
      const signed = signature === undefined ? {} : { signature }
      if (text !== '' || signature) parts.push({ type: 'reasoning', text, ...signed, ...at })
      break
    }
    case 'reasoning':
      // Read with the other thoughts.
      break
    case 'reference':
      parts.push({ type: 'citation', citation: referenceIn(piece), ...at })
      break
    case 'refusal':
      parts.push({ type: 'refusal', text: asString(piece['refusal']) ?? '', ...at })
      break
    default: {
      const text = asString(piece['text'])
      const url = fileUrl(piece)
      if (text) parts.push({ type: 'text', text, ...at }, ...citedIn(piece, at))
      else if (url !== undefined) parts.push({ type: 'file', url, ...at })
      else if (text === undefined) parts.push({ type: 'unknown', data: piece, wire: WIRE, ...at })
    }
  }
}

/** Databricks cites beside each piece. Source: Databricks' API reference, "TextContent". */
function citedIn({ citations }: JsonObject, at: At): Part[] {
  return objectsIn(citations).flatMap((raw): Part[] => {
    const citation = readCitation(raw)
    return citation ? [{ type: 'citation', citation, ...at }] : []
  })
}

/** Mistral cites by the names that the request gave its documents. Source: Mistral docs, "Citations". */
function referenceIn(raw: JsonObject): Citation {
  return { title: asArray(raw['reference_ids']).map(String).join(', '), raw, wire: WIRE }
}

function thinkingText(thinking: Json | undefined): string {
  if (typeof thinking === 'string') return thinking
  return asArray(thinking)
    .map((value) => asString(asObject(value)?.['text']) ?? '')
    .join('')
}

function fileUrl(piece: JsonObject): string | undefined {
  const file = piece['image_url'] ?? piece['document_url']
  return asString(asObject(file)?.['url']) ?? asString(file)
}

/** What Gemini signs in this format: words and calls. Source: Gemini docs, "OpenAI compatibility". */
export function googleSignature(said: JsonObject): string | undefined {
  const google = asObject(asObject(said['extra_content'])?.['google'])
  return asString(google?.['thought_signature'])
}

function signText(message: JsonObject, at: At, parts: Part[]): void {
  const signature = googleSignature(message)
  if (signature === undefined) return
  const last = parts.findLastIndex((part) => part.type === 'text')
  const text = parts[last]
  if (text?.type === 'text') parts[last] = { ...text, signature }
  else parts.push({ type: 'text', text: '', signature, ...at })
}

/**
 * Pictures beside the words (OpenRouter), and speech: its transcript is what the model says, pieces
 * of its sound, kept in `pieces` where the message is not whole, are one file at the end. Source:
 * OpenRouter docs, "Image generation"; OpenAI API reference, `audio`.
 */
export function readMedia(
  message: JsonObject,
  at: At,
  pieces: CallPlaces | null,
  parts: Part[],
): void {
  for (const image of objectsIn(message['images'])) {
    const url = fileUrl(image)
    const { image_url: _url, ...raw } = image
    if (url !== undefined) parts.push({ type: 'file', url, raw, wire: WIRE, ...at })
  }
  const audio = asObject(message['audio'])
  const words = asString(audio?.['transcript'])
  const data = asString(audio?.['data'])
  if (words) parts.push({ type: 'text', text: words, ...at })
  if (!data) return
  if (pieces) pieces.hear(at.choice ?? 0, data)
  else parts.push(soundPart(data, at))
}

/** What was said in pieces, once its choice has ended. */
export function readSpeech(at: At, places: CallPlaces): Part[] {
  const data = places.takeSound(at.choice ?? 0)
  return data === '' ? [] : [soundPart(data, at)]
}

/** A sound as a file. `data`: in base64. */
export function soundPart(data: string, at: At): Part {
  const mimeType = soundType(data)
  return { type: 'file', url: `data:${mimeType};base64,${data}`, mimeType, ...at }
}
