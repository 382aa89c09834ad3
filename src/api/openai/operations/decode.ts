import type { Block, ChatRequest, Message } from '../../../domain/chat.ts'
import { asArray, asObject, asString, fieldsBeside } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../lib/json.ts'

/** Where each operation has what a person would call its input; what is asked stands last. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  'openai.embeddings': ['input'],
  'openai.completions': ['suffix', 'prompt'],
  'openai.rerank': ['documents', 'query'],
  'openai.moderations': ['input'],
  'openai.images': ['prompt'],
  'openai.speech': ['input'],
  'openai.transcription': ['prompt', 'file'],
  'openai.translation': ['prompt', 'file'],
  'openai.image_edits': ['image', 'image[]', 'mask', 'prompt'],
  'openai.image_variations': ['image'],
}

/** A recorded request as messages of the user, for lists and search. Total. */
export function decodeOperation(dialect: string, json: JsonObject): ChatRequest {
  const keys = (Object.hasOwn(INPUTS, dialect) ? INPUTS[dialect] : undefined) ?? []
  return {
    messages: keys.flatMap((key) => messagesOf(json[key])),
    tools: [],
    params: {},
    extra: fieldsBeside(json, new Set(['model', ...keys])) ?? {},
  }
}

function messagesOf(input: Json | undefined): Message[] {
  const items = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]
  return items.flatMap((item) => {
    const content = blocksOf(item)
    return content.length > 0 ? [{ role: 'user', content }] : []
  })
}

/** A text; a list of tokens; a piece that holds a text or an image; a file of a form. */
function blocksOf(item: Json | undefined): Block[] {
  if (typeof item === 'string') return item === '' ? [] : [{ type: 'text', text: item }]
  if (Array.isArray(item)) return [{ type: 'text', text: `[${item.length} tokens]` }]
  const piece = asObject(item)
  if (!piece) return []
  const text = asString(piece['text']) ?? asString(piece['content'])
  if (text !== undefined) return [{ type: 'text', text }]
  const url = asString(asObject(piece['image_url'])?.['url'])
  if (url !== undefined) return [{ type: 'file', url }]
  const filename = asString(piece['filename'])
  if (filename !== undefined) return [{ type: 'file', url: '', filename }]
  return asArray(piece['content']).flatMap(blocksOf)
}
