import type { Block, FileBlock, Thought, ToolResultBlock } from '../../domain/chat.ts'
import { splitDataUrl } from '../../lib/data-url.ts'
import { asObject, asString, type Json, type JsonObject, parseJson } from '../../lib/json.ts'
import type { Leftovers } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import { formatOf } from './media.ts'
import { WIRE } from './read.ts'

/** A piece of a message as a content block, and after it the place up to which to cache. */
export function encodeBlock(block: Block, left: Leftovers): Json[] {
  const encoded = encodeAlone(block, left)
  const cached = 'cacheControl' in block && block.cacheControl && encoded.length > 0
  return cached ? [...encoded, cachePoint(block.cacheControl)] : encoded
}

/** How long it is kept is told in Anthropic's words. Source: Amazon Bedrock docs, "Prompt caching". */
export function cachePoint({ ttl }: JsonObject): Json {
  return { cachePoint: withoutUndefined({ type: 'default', ttl: asString(ttl) }) }
}

function encodeAlone(block: Block, left: Leftovers): Json[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
      // Bedrock refuses empty texts.
      return block.text.trim() === '' ? [] : [{ text: block.text }]
    case 'thought':
      return encodeThought(block, left)
    case 'tool_call': {
      const input = asObject(parseJson(block.arguments))
      if (!input && block.arguments.trim() !== '') left.add('arguments that are no JSON object')
      return [{ toolUse: { toolUseId: block.id, name: block.name, input: input ?? {} } }]
    }
    case 'tool_result':
      return [encodeResult(block, left)]
    case 'file':
      return encodeFile(block, left)
    case 'unknown':
      return left.unknown(block, WIRE)
  }
}

function encodeThought({ text, signature, data }: Thought, left: Leftovers): Json[] {
  if (data !== undefined && signature === undefined) {
    return [{ reasoningContent: { redactedContent: data } }]
  }
  if (text === null && signature === undefined) return []
  if (signature === undefined) {
    left.add('earlier reasoning without a signature')
    return []
  }
  return [{ reasoningContent: { reasoningText: { text: text ?? '', signature } } }]
}

function encodeResult(block: ToolResultBlock, left: Leftovers): Json {
  const { id, result, content, isError } = block
  const pieces = content?.flatMap((piece) => encodeAlone(piece, left))
  const status = isError ? 'error' : undefined
  const toolResult = { toolUseId: id, content: pieces ?? [{ text: result }], status }
  return { toolResult: withoutUndefined(toolResult) }
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^image\//, 'image'],
  [/^video\//, 'video'],
  [/^audio\//, 'audio'],
]

/** Bytes, or a file in S3: Bedrock fetches nothing from the web. */
function encodeFile({ url, mimeType, filename }: FileBlock, left: Leftovers): Json[] {
  const { type: inUrl, data } = splitDataUrl(url)
  const mime = inUrl || mimeType || 'image/png'
  if (data === undefined && !url.startsWith('s3://')) {
    left.add('a file named by its address (Bedrock takes bytes)')
    return []
  }
  const source = data === undefined ? { s3Location: { uri: url } } : { bytes: data }
  const kind = KINDS.find(([pattern]) => pattern.test(mime))?.[1]
  const format = formatOf(mime)
  if (kind !== undefined) return [{ [kind]: { format, source } }]
  return [{ document: { format, name: documentName(filename), source } }]
}

/** Letters, digits, single spaces, hyphens, brackets: nothing else may stand in a name. */
function documentName(filename = 'document'): string {
  const name = filename.replace(/\.\w+$/, '').replaceAll(/[^A-Za-z0-9()[\] -]+/g, ' ')
  return name.replaceAll(/\s+/g, ' ').trim() || 'document'
}
