import type {
  Block,
  FileBlock,
  Thought,
  ToolCallBlock,
  ToolResultBlock,
} from '../../domain/chat.ts'
import { splitDataUrl } from '../../lib/data-url.ts'
import { asObject, type Json, type JsonObject, parseJson } from '../../lib/json.ts'
import { FOREIGN_THOUGHT, type Leftovers } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import { WIRE } from './read.ts'

/** A piece of a message as a part; none where this wire has no such thing. */
export function encodePart(block: Block, left: Leftovers): Json[] {
  switch (block.type) {
    case 'text': {
      const { text, signature } = block
      if (text === '' && signature === undefined) return []
      return [withoutUndefined({ text, thoughtSignature: signature })]
    }
    case 'refusal':
      return block.text === '' ? [] : [{ text: block.text }]
    case 'thought':
      return encodeThought(block, left)
    case 'tool_call':
      return [encodeCall(block, left)]
    case 'tool_result':
      return [encodeResult(block, left)]
    case 'file':
      return [encodeFile(block)]
    case 'unknown':
      return left.unknown(block, WIRE)
  }
}

function encodeThought({ text, signature, data }: Thought, left: Leftovers): Json[] {
  if (text === null && signature === undefined) {
    if (data !== undefined) left.add(FOREIGN_THOUGHT)
    return []
  }
  return [withoutUndefined({ text: text ?? '', thought: true, thoughtSignature: signature })]
}

function encodeCall(call: ToolCallBlock, left: Leftovers): Json {
  const { id, name, signature, arguments: text } = call
  const args = asObject(parseJson(text))
  if (!args && text.trim() !== '') left.add('arguments of a tool call that are no JSON object')
  return withoutUndefined({
    functionCall: { ...ownId(id), name, args: args ?? {} },
    thoughtSignature: signature,
  })
}

/** An id that we made up says nothing to Gemini. */
function ownId(id: string): JsonObject {
  return id === '' || /^call_\d+_/.test(id) ? {} : { id }
}

function encodeResult(block: ToolResultBlock, left: Leftovers): Json {
  const { id, name, result, content = [], isError } = block
  const value = parseJson(result)
  // A bare number or truth keeps its letters: 21.0 is not 21 to everybody.
  const said = asObject(value) ?? { result: Array.isArray(value) ? value : result }
  const response = isError ? { error: said } : said
  const pieces = content.filter(({ type }) => type === 'file' || type === 'unknown')
  const parts = pieces.flatMap((piece) => encodePart(piece, left))
  const more = parts.length > 0 ? { parts } : {}
  return { functionResponse: { ...ownId(id), name: name || id, response, ...more } }
}

const BY_ENDING: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  mpeg: 'video/mpeg',
  txt: 'text/plain',
}

function encodeFile({ url, fileId, mimeType, signature }: FileBlock): Json {
  const { type: inUrl, data } = splitDataUrl(url)
  const thoughtSignature = signature
  if (data !== undefined) {
    const inlineData = { mimeType: inUrl || mimeType || 'application/octet-stream', data }
    return withoutUndefined({ inlineData, thoughtSignature })
  }
  const ending = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? ''
  const fileUri = fileId ?? url
  // A kind alone is no type.
  const named = mimeType?.endsWith('/*') ? undefined : mimeType
  const fileData = withoutUndefined({ mimeType: named ?? BY_ENDING[ending], fileUri })
  return withoutUndefined({ fileData, thoughtSignature })
}
