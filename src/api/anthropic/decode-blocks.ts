import type { Block, Citation, FileBlock, ToolResultBlock } from '../../domain/chat.ts'
import { asObject, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'

/** The tools' names by the ids of their calls: a result tells only the id. */
export type Names = Map<string, string>

const WIRE = 'anthropic_messages'

/** A content block in our nouns; one of an unknown kind is kept whole. */
export function decodeBlock(block: JsonObject, names: Names): Block {
  const cacheControl = asObject(block['cache_control'])
  const hints = cacheControl ? { cacheControl } : {}
  switch (asString(block['type'])) {
    case 'text':
      return { type: 'text', text: asString(block['text']) ?? '', ...citations(block), ...hints }
    case 'image':
    case 'document': {
      const file = decodeFile(block)
      return file ? { ...file, ...hints } : { type: 'unknown', data: block, wire: WIRE }
    }
    case 'thinking':
      return {
        type: 'thought',
        text: asString(block['thinking']) ?? '',
        ...compact({ signature: asString(block['signature']) }),
      }
    case 'redacted_thinking':
      return { type: 'thought', text: null, data: asString(block['data']) ?? '' }
    case 'tool_use': {
      const id = asString(block['id']) ?? ''
      const name = asString(block['name']) ?? ''
      names.set(id, name)
      const text = JSON.stringify(block['input'] ?? {})
      return { type: 'tool_call', id, name, arguments: text, ...hints }
    }
    case 'tool_result':
      return { ...decodeResult(block, names), ...hints }
    default:
      return { type: 'unknown', data: block, wire: WIRE }
  }
}

function citations(block: JsonObject): { citations?: Citation[] } {
  const raws = objectsIn(block['citations'])
  if (raws.length === 0) return {}
  return {
    citations: raws.map((raw): Citation => {
      const url = asString(raw['url'])
      const title = asString(raw['title']) ?? asString(raw['document_title'])
      const named = compact({ url, title, citedText: asString(raw['cited_text']) })
      return Object.assign({ raw, wire: WIRE }, named)
    }),
  }
}

function decodeResult(block: JsonObject, names: Names): ToolResultBlock {
  const id = asString(block['tool_use_id']) ?? ''
  const pieces = contentOf(block['content'], names)
  const result = pieces.map((piece) => (piece.type === 'text' ? piece.text : '')).join('\n')
  const plain = pieces.every(({ type }) => type === 'text')
  return {
    type: 'tool_result',
    id,
    name: names.get(id) ?? '',
    result,
    ...(!plain && { content: pieces }),
    ...(block['is_error'] === true && { isError: true }),
  }
}

function contentOf(content: Json | undefined, names: Names): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return objectsIn(content).map((piece) => decodeBlock(piece, names))
}

/** Documents with settings of their own (citations, context) keep them only at Anthropic. */
function decodeFile(block: JsonObject): FileBlock | null {
  const source = asObject(block['source'])
  if (!source || block['citations'] || block['context']) return null
  const filename = asString(block['title'])
  const named = compact({ filename })
  switch (asString(source['type'])) {
    case 'base64': {
      const mimeType = asString(source['media_type']) ?? 'application/octet-stream'
      const url = `data:${mimeType};base64,${asString(source['data']) ?? ''}`
      return { type: 'file', url, mimeType, ...named }
    }
    case 'text': {
      const data = Buffer.from(asString(source['data']) ?? '').toString('base64')
      return {
        type: 'file',
        url: `data:text/plain;base64,${data}`,
        mimeType: 'text/plain',
        ...named,
      }
    }
    case 'url': {
      const mimeType = block['type'] === 'document' ? 'application/pdf' : undefined
      return {
        type: 'file',
        url: asString(source['url']) ?? '',
        ...compact({ mimeType }),
        ...named,
      }
    }
    default:
      return null
  }
}
