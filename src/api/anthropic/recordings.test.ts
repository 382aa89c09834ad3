import { expect, test } from 'vitest'
import { eventsOf, type Recording, recordingsOf } from '../../../test/support/recordings.ts'
import type { Part } from '../../domain/chat.ts'
import { asArray, asNumber, asObject, asString, fieldsBeside, parseJson } from '../../lib/json.ts'
import { type JsonObject, objectsIn } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import { anthropicMessages } from '../../providers/anthropic-messages.ts'
import type { Envelope } from '../dialect.ts'
import { envelope as foreign } from '../fixtures/envelope.ts'
import { decodeMessages } from './decode.ts'
import { encodeMessage } from './encode.ts'
import { MessagesEncoder } from './encode-stream.ts'

const envelope: Envelope = { ...foreign, wire: 'anthropic_messages' }
const target = { model: 'claude-sonnet-4-5', stream: false, options: {} }
const GROWING: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  compaction_delta: 'content',
}

type Answer = Pick<Recording, 'id' | 'response_text' | 'response_kind'>

/** One of our own, for where there are no others. */
const plain: Answer = {
  id: 'a plain message',
  response_text: JSON.stringify({
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: '', signature: 'one' },
      { type: 'text', text: 'a' },
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 2 },
  }),
  response_kind: 'json',
}

const recorded: readonly Answer[] = ['anthropic', 'vertex', 'openrouter']
  .flatMap((provider) => recordingsOf(provider, 'messages'))
  .filter(({ status }) => status === 200)
const answers = [plain, ...recorded].map((recording) => [recording.id, recording] as const)

/** The message that a stream's events add up to, in the plainest way: the measure. */
function added(events: readonly JsonObject[]): JsonObject {
  const message: JsonObject = {}
  const content: JsonObject[] = []
  const usage: JsonObject = {}
  for (const event of events) {
    const started = asObject(event['message'])
    Object.assign(message, started)
    if (event['type'] === 'message_delta') Object.assign(message, event['delta'])
    const counts = asObject(started?.['usage']) ?? asObject(event['usage']) ?? {}
    for (const [key, count] of Object.entries(counts)) if (count !== null) usage[key] = count
    const index = asNumber(event['index']) ?? 0
    if (event['type'] === 'content_block_start') {
      content[index] = { ...asObject(event['content_block']) }
    }
    if (event['type'] === 'content_block_delta') grow(content[index], asObject(event['delta']))
  }
  return { ...message, content: content.map(withInput), usage }
}

function grow(block: JsonObject = {}, delta: JsonObject = {}): void {
  const field = GROWING[asString(delta['type']) ?? '']
  if (field) block[field] = (asString(block[field]) ?? '') + (asString(delta[field]) ?? '')
  const { citation, partial_json: piece } = delta
  if (citation) block['citations'] = [...asArray(block['citations']), citation]
  if (typeof piece === 'string') block['pieces'] = (asString(block['pieces']) ?? '') + piece
}

function withInput({ pieces, ...block }: JsonObject): JsonObject {
  return pieces ? { ...block, input: parseJson(asString(pieces) ?? '') ?? null } : block
}

function partsOf({ response_text: text, response_kind: kind }: Answer): Part[] {
  if (kind === 'json') return anthropicMessages.parts(JSON.parse(text))
  const decoder = anthropicMessages.decoder()
  return readEvents(Buffer.from(text)).flatMap((event) => decoder.push(event))
}

/** Blocks without what means nothing: empty texts and citations, the plain caller. */
function blocks(content: unknown): JsonObject[] {
  return objectsIn(content)
    .filter(({ type, text }) => type !== 'text' || text !== '')
    .map(
      (block) => fieldsBeside(block, asArray(block['citations']).length > 0 ? CALLER : PLAIN) ?? {},
    )
}

const CALLER = new Set(['caller'])
const PLAIN = new Set(['caller', 'citations'])

test.each(answers)('nothing of %s is lost, whole or streamed', (_, recording) => {
  const parts = partsOf(recording)
  const { response_text: text, response_kind: kind } = recording
  const expected: JsonObject = kind === 'json' ? JSON.parse(text) : added(eventsOf(text))
  const encoder = new MessagesEncoder(envelope)
  const stream = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  for (const message of [encodeMessage(envelope, parts), added(eventsOf(stream))]) {
    expect(blocks(message['content'])).toEqual(blocks(expected['content']))
    expect(message['stop_reason']).toBe(expected['stop_reason'])
    const counted = asObject(expected['usage']) ?? {}
    expect(message['usage']).toMatchObject({
      input_tokens: counted['input_tokens'],
      output_tokens: counted['output_tokens'],
    })
  }
})

test.each(answers)('%s goes back as the history of the next request', (_, recording) => {
  const { content = [] } = encodeMessage(envelope, partsOf(recording))
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content },
  ]
  const { body } = anthropicMessages.encode(decodeMessages({ messages }), target, {})
  const back = objectsIn(body['messages']).find(({ role }) => role === 'assistant')
  expect(blocks(back?.['content'])).toEqual(blocks(content))
})
