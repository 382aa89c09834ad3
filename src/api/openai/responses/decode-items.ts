import type { Block, Citation, FileBlock, Thought, ToolResultBlock } from '../../../domain/chat.ts'
import { asNumber, asString, objectsIn } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../lib/json.ts'
import { soundType } from '../../../lib/sniff.ts'
import { cacheHints } from '../../cache-hints.ts'
import { compact } from '../../compact.ts'
import { heardIn, inlineFile } from '../media.ts'
import { OWN_THOUGHT, readEncrypted } from './items.ts'

const WIRE = 'openai_responses'

/** The content of a message: a text, or pieces of several kinds. */
export function decodeContent(content: Json | undefined): Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return objectsIn(content).map(decodePiece)
}

function decodePiece(piece: JsonObject): Block {
  const text = asString(piece['text'])
  switch (asString(piece['type'])) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: text ?? '', ...citationsOf(piece), ...cacheHints(piece) }
    case 'refusal':
      return { type: 'refusal', text: asString(piece['refusal']) ?? '' }
    case 'input_image':
    case 'input_file':
    case 'input_audio':
    case 'output_audio':
      return decodeFile(piece) ?? { type: 'unknown', data: piece, wire: WIRE }
    default:
      return { type: 'unknown', data: piece, wire: WIRE }
  }
}

function citationsOf(piece: JsonObject): { citations?: Citation[] } {
  const raws = objectsIn(piece['annotations'])
  if (raws.length === 0) return {}
  const citations = raws.map((raw): Citation => {
    const named = {
      url: asString(raw['url']),
      title: asString(raw['title']),
      startIndex: asNumber(raw['start_index']),
      endIndex: asNumber(raw['end_index']),
    }
    return Object.assign({ raw, wire: WIRE }, compact(named))
  })
  return { citations }
}

function decodeFile(piece: JsonObject): FileBlock | null {
  if (piece['type'] === 'output_audio') return spokenFile(asString(piece['data']))
  const heard = heardIn(piece)
  if (heard) return heard
  const data = asString(piece['file_data'])
  const url = asString(piece['image_url']) ?? asString(piece['file_url']) ?? data
  const fileId = asString(piece['file_id'])
  if (url === undefined && fileId === undefined) return null
  const facts = { fileId, filename: asString(piece['filename']), detail: asString(piece['detail']) }
  const image = piece['type'] === 'input_image' && fileId !== undefined
  const kind = image ? { mimeType: 'image/*' } : {}
  return { type: 'file', url: url ?? '', ...compact(facts), ...kind, ...cacheHints(piece) }
}

/** What a model spoke. */
function spokenFile(data: string | undefined): FileBlock | null {
  return data === undefined ? null : inlineFile(soundType(data), data)
}

/** Reasoning that comes back: its id and what is encrypted in it byte for byte. */
export function decodeReasoningItem(item: JsonObject): Thought {
  const summary = objectsIn(item['summary']).map((piece) => asString(piece['text']) ?? '')
  const texts = objectsIn(item['content']).map((piece) => asString(piece['text']) ?? '')
  const id = asString(item['id'])
  const signature = asString(item['signature'])
  return {
    type: 'thought',
    text: texts.length > 0 ? texts.join('') : null,
    ...readEncrypted(asString(item['encrypted_content'])),
    ...compact({
      summary: summary.length > 0 ? summary : undefined,
      id: id?.startsWith(OWN_THOUGHT) ? undefined : id,
      signature,
      format: asString(item['format']),
    }),
  }
}

export function decodeResult(
  item: JsonObject,
  names: ReadonlyMap<string, string>,
): ToolResultBlock {
  const id = asString(item['call_id']) ?? ''
  const { output } = item
  const common = { type: 'tool_result', id, name: names.get(id) ?? '' } as const
  if (typeof output === 'string') return { ...common, result: output }
  const content = decodeContent(output)
  const result = content.map((piece) => (piece.type === 'text' ? piece.text : '')).join('')
  const plain = content.every(({ type }) => type === 'text')
  return { ...common, result, ...(!plain && { content }) }
}
