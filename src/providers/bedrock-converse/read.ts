import type { Citation, FinishReason, Part } from '../../domain/chat.ts'
import { asNumber, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { JsonObject } from '../../lib/json.ts'
import { filePart } from './media.ts'

export const WIRE = 'bedrock_converse'

const RESPONSE_FIELDS = new Set(['output', 'stopReason', 'usage', 'p'])

/** A whole answer. */
export function readConverse(body: JsonObject): Part[] {
  const message = asObject(asObject(body['output'])?.['message'])
  const blocks = objectsIn(message?.['content']).flatMap((block, index) => readBlock(block, index))
  const fields = fieldsBeside(body, RESPONSE_FIELDS)
  return [
    ...(fields ? [{ type: 'raw', level: 'response', fields } as const] : []),
    ...blocks,
    ...readStop(body),
    ...readUsage(body),
  ]
}

function readBlock(block: JsonObject, index: number): Part[] {
  const text = asString(block['text'])
  if (text !== undefined) return [{ type: 'text', text, begins: true }]
  const thought = asObject(block['reasoningContent'])
  if (thought) return readThought(thought)
  const call = asObject(block['toolUse'])
  if (call && !isServerTool(call)) {
    const input = JSON.stringify(call['input'] ?? {})
    return [callPart(call, index), { type: 'tool_arguments', index, text: input }]
  }
  const cited = asObject(block['citationsContent'])
  if (cited) return readCited(cited)
  return [filePart(block) ?? { type: 'unknown', data: block, wire: WIRE }]
}

function readThought(thought: JsonObject): Part[] {
  const said = asObject(thought['reasoningText'])
  const signature = asString(said?.['signature'])
  const data = asString(thought['redactedContent'])
  return [
    {
      type: 'reasoning',
      text: asString(said?.['text']) ?? '',
      begins: true,
      ...(signature !== undefined && { signature }),
      ...(data !== undefined && { data }),
    },
  ]
}

/** Amazon's own tools are run before the answer comes: nobody else is to run them. */
export function isServerTool({ type }: JsonObject): boolean {
  return type === 'server_tool_use'
}

export function callPart(call: JsonObject, index: number): Part {
  const id = asString(call['toolUseId']) ?? ''
  return { type: 'tool_call', index, id, name: asString(call['name']) ?? '' }
}

function readCited(cited: JsonObject): Part[] {
  const texts = objectsIn(cited['content']).map((piece) => asString(piece['text']) ?? '')
  const text = texts.join('')
  const citations = objectsIn(cited['citations']).map((raw) => citationPart(raw, text.length))
  return [{ type: 'text', text, begins: true }, ...citations]
}

/** What is cited for the whole of a block, whose text has `length` units. */
export function citationPart(raw: JsonObject, length: number): Part {
  const title = asString(raw['title'])
  const page = asString(asObject(asObject(raw['location'])?.['web'])?.['url'])
  const source = asString(raw['source'])
  const url = page ?? (source !== undefined && /^https?:/.test(source) ? source : undefined)
  const citedText = objectsIn(raw['sourceContent'])
    .map((piece) => asString(piece['text']) ?? '')
    .join('')
  const citation: Citation = {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(citedText !== '' && { citedText }),
    ...(length > 0 && { startIndex: 0, endIndex: length }),
    raw,
    wire: WIRE,
  }
  return { type: 'citation', citation }
}

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_call'],
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['malformed_model_output', 'unknown'],
  ['malformed_tool_use', 'unknown'],
])

/** Which sequence it was is told where the request asked for that field of the model's own. */
export function readStop(body: JsonObject): Part[] {
  const raw = asString(body['stopReason'])
  if (raw === undefined) return []
  const own = asObject(body['additionalModelResponseFields'])
  const stopSequence = asString(own?.['stop_sequence'])
  const met = stopSequence === undefined ? {} : { stopSequence }
  return [{ type: 'finish', reason: REASONS.get(raw) ?? 'unknown', raw, ...met }]
}

/** Disjoint already: the total is the sum of input, output and both cache counts. */
export function readUsage(body: JsonObject): Part[] {
  const raw = asObject(body['usage'])
  if (!raw) return []
  const number = (...keys: string[]) =>
    keys.map((key) => asNumber(raw[key])).find((value) => value !== undefined) ?? null
  const details = objectsIn(raw['cacheDetails'])
  const hour = details.find((detail) => detail['ttl'] === '1h')
  const written = number('cacheWriteInputTokens', 'cacheWriteInputTokenCount')
  const hourly = asNumber(hour?.['inputTokens']) ?? null
  return [
    {
      type: 'usage',
      usage: {
        input: number('inputTokens'),
        cacheRead: number('cacheReadInputTokens', 'cacheReadInputTokenCount'),
        cacheWrite: written === null ? null : Math.max(0, written - (hourly ?? 0)),
        cacheWrite1h: hourly,
        audioInput: null,
        imageInput: null,
        output: number('outputTokens'),
        reasoning: null,
        audioOutput: null,
      },
      raw,
    },
  ]
}
