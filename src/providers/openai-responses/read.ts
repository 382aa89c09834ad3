import type { Citation, FinishReason, Part, ProviderError } from '../../domain/chat.ts'
import { asksClient, isDoneCall } from '../../domain/client-calls.ts'
import { ownFields } from '../../domain/own-fields.ts'
import { asNumber, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import { readErrorInside } from '../openai-chat/errors.ts'
import { soundPart } from '../openai-chat/read-content.ts'
import { usagePart } from './usage.ts'

export const WIRE = 'openai_responses'

const RESPONSE_FIELDS = new Set([
  'id',
  'object',
  'created_at',
  'model',
  'output',
  'output_text',
  'usage',
  'error',
  'status',
  'incomplete_details',
])

/** A whole response. */
export function readResponse(body: JsonObject): Part[] {
  const items = objectsIn(body['output']).flatMap((item, index) => readItem(item, index))
  return [...readBareReasoning(body), ...items, ...readEnd(body)]
}

/** mistral.rs tells what its model thought beside the items. Elsewhere the field repeats a setting. */
function readBareReasoning({ reasoning }: JsonObject): Part[] {
  const text = asString(reasoning) ?? ''
  return text.trim() === '' ? [] : [{ type: 'reasoning', text }]
}

/** What a response says beside its items: how it ended, what it used, whether it failed. */
export function readEnd(body: JsonObject): Part[] {
  const parts: Part[] = []
  const fields = fieldsBeside(body, RESPONSE_FIELDS)
  if (fields) parts.push({ type: 'raw', level: 'response', fields })
  const usage = asObject(body['usage'])
  if (usage) parts.push(usagePart(usage))
  const error = failureOf(body)
  if (error) parts.push({ type: 'error', error })
  const finish = finishOf(body)
  if (finish) parts.push(finish)
  return parts
}

/** One that failed may not say why; a code that means no fault of the server's is the client's. */
function failureOf({ error: said, status }: JsonObject): ProviderError | null {
  if (!said) return status === 'failed' ? readErrorInside({ error: 'The response failed.' }) : null
  const error = readErrorInside({ error: said })
  if (!error || error.status !== null || typeof error.code !== 'string') return error
  return { ...error, status: 400 }
}

function finishOf(body: JsonObject): Part | null {
  const status = asString(body['status'])
  const why = asString(asObject(body['incomplete_details'])?.['reason'])
  if (status === 'incomplete') {
    return { type: 'finish', reason: INCOMPLETE.get(why ?? '') ?? 'unknown', raw: why ?? status }
  }
  if (status === 'failed') return null
  // It waits for the client, by Perplexity's word.
  if (status === 'requires_action') return { type: 'finish', reason: 'tool_call', raw: status }
  // It goes on in the background, or was stopped there: its id is all there is to have.
  if (status !== undefined && status !== 'completed') {
    return { type: 'finish', reason: 'unknown', raw: status }
  }
  const output = objectsIn(body['output'])
  if (status === undefined && output.length === 0) return null
  const calls = output.some((item) => isCall(item) || asksClient(item))
  return { type: 'finish', reason: calls ? 'tool_call' : 'stop', raw: status ?? 'completed' }
}

const INCOMPLETE: ReadonlyMap<string, FinishReason> = new Map([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'content_filter'],
])

/** A whole item of the output. */
export function readItem(item: JsonObject, index: number): Part[] {
  if (isCall(item)) {
    const text = asString(item['arguments']) ?? asString(item['input']) ?? ''
    return [callPart(item, index), { type: 'tool_arguments', index, text }]
  }
  switch (asString(item['type'])) {
    case 'message':
      return objectsIn(item['content'])
        .flatMap((content) => readContent(content, item))
        .map((part) => (part.type === 'text' ? Object.assign(part, ownFields(item, WIRE)) : part))
    case 'reasoning':
      return readReasoning(item)
    case 'image_generation_call':
      return readImage(item)
    default:
      return [{ type: 'unknown', data: item, wire: WIRE }]
  }
}

/** A call that the client is to answer. */
export function isCall({ type, call_id: id }: JsonObject): boolean {
  if (isDoneCall(asString(id))) return false
  return type === 'function_call' || type === 'custom_tool_call'
}

/** A picture that is done is a file to every client. */
function readImage(item: JsonObject): Part[] {
  const { result, ...raw } = item
  const data = asString(result) ?? ''
  if (data === '') return [{ type: 'unknown', data: item, wire: WIRE }]
  const mimeType = `image/${asString(item['output_format']) ?? 'png'}`
  return [{ type: 'file', url: `data:${mimeType};base64,${data}`, mimeType, raw, wire: WIRE }]
}

export function callPart(item: JsonObject, index: number): Part {
  const signature = asString(item['thought_signature'])
  return {
    type: 'tool_call',
    index,
    id: asString(item['call_id']) ?? asString(item['id']) ?? '',
    name: asString(item['name']) ?? '',
    ...(item['type'] === 'custom_tool_call' && { custom: true }),
    ...(signature !== undefined && { signature }),
    ...ownFields(item, WIRE),
  }
}

function readContent(content: JsonObject, item: JsonObject): Part[] {
  switch (asString(content['type'])) {
    case 'refusal':
      return [{ type: 'refusal', text: asString(content['refusal']) ?? '' }]
    case 'output_audio':
      return readSpeech(content)
    default: {
      const text = asString(content['text'])
      // A piece that has no noun stays in a message: it is no item.
      if (text === undefined) {
        return [{ type: 'unknown', data: { ...item, content: [content] }, wire: WIRE }]
      }
      return [
        { type: 'text', text, begins: true },
        ...objectsIn(content['annotations']).map(annotationPart),
        ...readLogprobs(content),
      ]
    }
  }
}

/** What the model spoke, and how it sounds. Source: OpenAI API reference, `OutputAudio`. */
function readSpeech({ transcript, data }: JsonObject): Part[] {
  const text = asString(transcript) ?? ''
  const sound = asString(data) ?? ''
  return [
    ...(text === '' ? [] : [{ type: 'text', text, begins: true } as const]),
    ...(sound === '' ? [] : [soundPart(sound, {})]),
  ]
}

export function readLogprobs(content: JsonObject): Part[] {
  const { logprobs } = content
  if (!Array.isArray(logprobs) || logprobs.length === 0) return []
  // In the place where chat completions has them: the pieces are alike.
  return [{ type: 'raw', level: 'choice', fields: { logprobs: { content: logprobs } } }]
}

export function annotationPart(raw: JsonObject): Part {
  const url = asString(raw['url'])
  const title = asString(raw['title']) ?? asString(raw['filename']) ?? asString(raw['file_id'])
  const startIndex = asNumber(raw['start_index'])
  const endIndex = asNumber(raw['end_index'])
  const citation: Citation = {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(startIndex !== undefined && { startIndex }),
    ...(endIndex !== undefined && { endIndex }),
    raw,
    wire: WIRE,
  }
  return { type: 'citation', citation }
}

/** Summaries are paragraphs; open models show the reasoning itself; what is encrypted goes back. */
function readReasoning(item: JsonObject): Part[] {
  const summary = objectsIn(item['summary']).map((piece, number): Part => {
    const text = asString(piece['text']) ?? ''
    const part = { type: 'reasoning', text, summary: true } as const
    return number > 0 ? Object.assign(part, { paragraph: true } as const) : part
  })
  const texts = objectsIn(item['content']).map((piece): Part => ({
    type: 'reasoning',
    text: asString(piece['text']) ?? '',
  }))
  return [reasoningStart(item), ...summary, ...texts, ...reasoningSecrets(item)]
}

/** Each item is a thought of its own, even one without a word. */
export function reasoningStart(item: JsonObject): Part {
  const id = asString(item['id'])
  const format = asString(item['format'])
  return {
    type: 'reasoning',
    text: '',
    begins: true,
    ...(id !== undefined && { id }),
    ...(format !== undefined && { format }),
  }
}

export function reasoningSecrets(item: JsonObject): Part[] {
  const data = asString(item['encrypted_content'])
  const signature = asString(item['signature'])
  if (data === undefined && signature === undefined) return []
  return [
    {
      type: 'reasoning',
      text: '',
      ...(data !== undefined && { data }),
      ...(signature !== undefined && { signature }),
    },
  ]
}
