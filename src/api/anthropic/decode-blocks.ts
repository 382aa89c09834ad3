import type { Block, Citation, FileBlock, ToolResultBlock } from '../../domain/chat.ts'
import { asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { fieldsIn } from '../server-work/carried.ts'

/** What is learnt along the way. */
export interface Reading {
  /** The tools' names by the ids of their calls: a result tells only the id. */
  readonly names: Map<string, string>
  /** What found no place, in words for the client. */
  readonly unread: Set<string>
}

const WIRE = 'anthropic_messages'

/** The fields of each kind of block that our nouns hold. */
const HELD: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['text', new Set(['type', 'text', 'citations', 'cache_control', 'weir'])],
  ['image', new Set(['type', 'source', 'cache_control'])],
  ['document', new Set(['type', 'source', 'title', 'cache_control'])],
  ['thinking', new Set(['type', 'thinking', 'signature', 'id', 'format'])],
  ['redacted_thinking', new Set(['type', 'data', 'id', 'format'])],
  [
    'tool_use',
    new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller', 'toolset_name', 'weir']),
  ],
  ['tool_result', new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])],
])

/** A content block in our nouns; its fields that they do not hold are named. */
export function decodeBlock(block: JsonObject, reading: Reading): Block {
  const noun = toNoun(block, reading)
  const held = HELD.get(asString(block['type']) ?? '')
  if (held && noun.type !== 'unknown') noteRest(block, held, reading)
  return noun
}

/** Names the fields beside those that are held. */
export function noteRest(object: JsonObject, held: ReadonlySet<string>, { unread }: Reading): void {
  for (const [key, value] of Object.entries(fieldsBeside(object, held) ?? {})) {
    // `caller: {type: direct}` says what is so anyway.
    const plain = value === null || asObject(value)?.['type'] === 'direct'
    if (!plain) unread.add(`\`${key}\` of a \`${asString(object['type']) ?? 'tool'}\``)
  }
}

/** A content block in our nouns; one of an unknown kind is kept whole. */
function toNoun(block: JsonObject, reading: Reading): Block {
  const cacheControl = asObject(block['cache_control'])
  const hints = cacheControl ? { cacheControl } : {}
  switch (asString(block['type'])) {
    case 'text':
      return {
        type: 'text',
        text: asString(block['text']) ?? '',
        ...citations(block),
        ...hints,
        ...fieldsIn(block, WIRE),
      }
    case 'image':
    case 'document': {
      const file = decodeFile(block)
      return file ? { ...file, ...hints } : { type: 'unknown', data: block, wire: WIRE }
    }
    case 'thinking':
      return {
        type: 'thought',
        text: asString(block['thinking']) ?? '',
        ...compact({ signature: filled(block['signature']) }),
        ...thoughtNames(block),
      }
    case 'redacted_thinking':
      return {
        type: 'thought',
        text: null,
        data: asString(block['data']) ?? '',
        ...thoughtNames(block),
      }
    case 'tool_use': {
      const id = asString(block['id']) ?? ''
      const name = asString(block['name']) ?? ''
      reading.names.set(id, name)
      const text = JSON.stringify(block['input'] ?? {})
      return { type: 'tool_call', id, name, arguments: text, ...hints, ...fieldsIn(block, WIRE) }
    }
    case 'tool_result':
      return { ...decodeResult(block, reading), ...hints }
    default:
      return { type: 'unknown', data: block, wire: WIRE }
  }
}

/** What we told the client of a thought that is not Claude's. */
function thoughtNames(block: JsonObject): { id?: string; format?: string } {
  return compact({ id: asString(block['id']), format: asString(block['format']) })
}

/** What other providers' thoughts have in place of a signature is none. */
function filled(value: Json | undefined): string | undefined {
  return value === '' ? undefined : asString(value)
}

function citations(block: JsonObject): { citations?: Citation[] } {
  const raws = objectsIn(block['citations'])
  return raws.length === 0 ? {} : { citations: raws.map(readCitation) }
}

function readCitation(raw: JsonObject): Citation {
  const url = asString(raw['url']) ?? asString(raw['source'])
  const title = asString(raw['title']) ?? asString(raw['document_title'])
  return { ...compact({ url, title, citedText: asString(raw['cited_text']) }), raw, wire: WIRE }
}

function decodeResult(block: JsonObject, reading: Reading): ToolResultBlock {
  const id = asString(block['tool_use_id']) ?? ''
  const pieces = contentOf(block['content'], reading)
  const result = pieces.map(wordsOf).join('\n')
  const plain = pieces.every((piece) => piece.type === 'text' && !piece.cacheControl)
  return {
    type: 'tool_result',
    id,
    name: reading.names.get(id) ?? '',
    result,
    ...((!plain || pieces.length > 1) && { content: pieces }),
    ...(block['is_error'] === true && { isError: true }),
  }
}

/** What a piece says to a model that knows texts alone. */
function wordsOf(piece: Block): string {
  if (piece.type === 'text') return piece.text
  const found = piece.type === 'unknown' ? asObject(piece.data) : undefined
  if (found?.['type'] !== 'search_result') return ''
  const texts = objectsIn(found['content']).map((each) => each['text'])
  const lines = [found['title'], found['source'], ...texts].map((line) => asString(line) ?? '')
  return lines.filter((line) => line !== '').join('\n')
}

function contentOf(content: Json | undefined, reading: Reading): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return objectsIn(content).map((piece) => decodeBlock(piece, reading))
}

function decodeFile(block: JsonObject): FileBlock | null {
  const source = asObject(block['source']) ?? {}
  const named = compact({ filename: asString(block['title']) })
  const mimeType = asString(source['media_type'])
  const data = asString(source['data']) ?? ''
  switch (asString(source['type'])) {
    case 'base64': {
      const media = mimeType ?? 'application/octet-stream'
      return { type: 'file', url: `data:${media};base64,${data}`, mimeType: media, ...named }
    }
    case 'text': {
      const url = `data:text/plain;base64,${Buffer.from(data).toString('base64')}`
      return { type: 'file', url, mimeType: 'text/plain', ...named }
    }
    case 'url': {
      const kind = block['type'] === 'document' ? { mimeType: 'application/pdf' } : {}
      return { type: 'file', url: asString(source['url']) ?? '', ...kind, ...named }
    }
    default:
      return null
  }
}
