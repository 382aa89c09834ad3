import { describe, expect, test } from 'vitest'
import type { ChatRequest, Part } from '../domain/chat.ts'
import { Collector } from '../domain/collect.ts'
import { asArray, asObject, type JsonObject, objectsIn, parseJson } from '../lib/json.ts'
import { readEventsIn } from '../lib/sse.ts'
import { anthropicMessages } from '../providers/anthropic-messages.ts'
import { openaiResponses } from '../providers/openai-responses.ts'
import { decodeMessages } from './anthropic/decode.ts'
import { encodeMessage } from './anthropic/encode.ts'
import { MessagesEncoder } from './anthropic/encode-stream.ts'
import type { StreamEncoder } from './dialect.ts'
import { envelope } from './fixtures/envelope.ts'
import { decodeGenerate } from './gemini/decode.ts'
import { metadataOf } from './gemini/decode-parts.ts'
import { encodeGenerated } from './gemini/encode.ts'
import { GenerateEncoder } from './gemini/encode-stream.ts'
import { asEvents } from './gemini/framing.ts'
import { decodeChat } from './openai/decode.ts'
import { encodeCompletion } from './openai/encode.ts'
import { ChunkEncoder } from './openai/encode-stream.ts'
import { readExtensions } from './openai/extensions.ts'
import { decodeResponses } from './openai/responses/decode.ts'
import { encodeResponse } from './openai/responses/encode.ts'
import { ResponseEncoder } from './openai/responses/encode-stream.ts'
import { withoutCarried } from './server-work/carried.ts'

const text = (words: string) => [{ type: 'output_text', text: words, annotations: [] }]
const program = { type: 'program', caller_id: 'p_1' }
const output: JsonObject[] = [
  { id: 'm_1', type: 'message', role: 'assistant', phase: 'commentary', content: text('I look.') },
  { id: 'm_2', type: 'message', role: 'assistant', phase: 'final_answer', content: text('Done.') },
  { type: 'function_call', call_id: 'c_1', name: 'f', arguments: '{}', namespace: 'crm' },
  { type: 'function_call', call_id: 'c_2', name: 'g', arguments: '{}', caller: program },
]
const used: JsonObject[] = [
  { type: 'text', text: 'I run.' },
  { type: 'tool_use', id: 't_1', name: 'f', input: {}, caller: { type: 'direct' } },
  {
    type: 'tool_use',
    id: 't_2',
    name: 'g',
    input: {},
    caller: { type: 'code_execution_20250825', tool_id: 's_1' },
    toolset_name: 'browser',
  },
]

interface Dialect {
  readonly whole: (parts: readonly Part[]) => JsonObject[]
  readonly stream: () => StreamEncoder
  readonly streamed: (events: readonly JsonObject[]) => JsonObject[]
  readonly history: (said: JsonObject[]) => ChatRequest
  readonly cleaned: (said: JsonObject[]) => JsonObject | null
}

const partsIn = (events: readonly JsonObject[]) =>
  events.flatMap(({ candidates }) =>
    objectsIn(candidates).flatMap(({ content }) => objectsIn(asObject(content)?.['parts'])),
  )

const dialects: [string, Dialect][] = [
  [
    'Responses',
    {
      whole: (parts) => objectsIn(encodeResponse(envelope, parts)['output']),
      stream: () => new ResponseEncoder(envelope),
      streamed: (events) => objectsIn(asObject(events.at(-1)?.['response'])?.['output']),
      history: (input) => decodeResponses({ input }),
      cleaned: (input) => withoutCarried({ input }, ['input', 'content']),
    },
  ],
  [
    'Messages',
    {
      whole: (parts) => objectsIn(encodeMessage(envelope, parts)['content']),
      stream: () => new MessagesEncoder(envelope),
      streamed: (events) =>
        objectsIn(events.map(({ content_block: block }) => block ?? null)).map(shown),
      history: (content) => decodeMessages({ messages: [{ role: 'assistant', content }] }),
      cleaned: (content) =>
        withoutCarried({ messages: [{ role: 'assistant', content }] }, ['messages', 'content']),
    },
  ],
  [
    'Gemini',
    {
      whole: (parts) => {
        const { candidates } = encodeGenerated(envelope, parts)
        return partsIn([{ candidates: candidates ?? [] }])
      },
      stream: () => new GenerateEncoder(envelope, asEvents()),
      streamed: (events) => partsIn(events),
      history: (parts) => decodeGenerate({ contents: [{ role: 'model', parts }] }),
      cleaned: (parts) =>
        withoutCarried({ contents: [{ parts }] }, ['contents', 'parts'], metadataOf),
    },
  ],
]

describe.each(dialects)('%s', (_, dialect) => {
  test.each<[string, readonly Part[], (chat: ChatRequest) => JsonObject[], JsonObject[]]>([
    [
      'OpenAI’s Responses',
      openaiResponses.parts({ output, status: 'completed' }),
      (chat) => asItems(openaiResponses.encode(chat, target('gpt-5'), {}).body['input']),
      output.map(({ id: _id, ...item }) => item),
    ],
    [
      'Anthropic’s Messages',
      anthropicMessages.parts({ content: used, stop_reason: 'tool_use' }),
      (chat) => {
        const { body } = anthropicMessages.encode(chat, target('claude-sonnet-4-5'), {})
        return objectsIn(objectsIn(body['messages'])[0]?.['content'])
      },
      used,
    ],
  ])('brings back what is said beside in %s', (_wire, parts, encode, expected) => {
    const said = dialect.whole(parts)
    const encoder = dialect.stream()
    const written = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
    const events = readEventsIn(written).map(({ data }) => asObject(parseJson(data)) ?? {})
    const plain = dialect.streamed(events).filter((part) => part['text'] !== '')
    expect(plain).toMatchObject(said.map(shown))
    const sent = encode(dialect.history(said))
    expect(sent).toMatchObject(expected.map(withoutDirect))
    expect(sent.map(({ phase = null }) => phase)).toEqual(expected.map(({ phase = null }) => phase))
    expect(JSON.stringify(dialect.cleaned(said))).not.toContain('"weir"')
  })
})

const beside = ({ weir = null }: JsonObject) => weir
const target = (model: string) => ({ model, stream: false, options: {} })
const asItems = (value: unknown) => objectsIn(asArray(value))

/** Of a streamed call its arguments come later. */
function shown({ text: _text, input: _input, ...piece }: JsonObject): JsonObject {
  return piece
}

/** That the model itself calls is not told across: it is so anyway. */
function withoutDirect(piece: JsonObject): JsonObject {
  const { caller, ...rest } = piece
  return asObject(caller)?.['type'] === 'direct' ? rest : piece
}

test('clients of chat completions bring back what is said beside, and no other provider gets it', () => {
  const parts = openaiResponses.parts({ output, status: 'completed' })
  const [choice] = objectsIn(encodeCompletion(envelope, parts)['choices'])
  const message = asObject(choice?.['message']) ?? {}
  const encoder = new ChunkEncoder(envelope, false)
  const written = parts.map((part) => encoder.encode([part])).join('')
  const deltas = readEventsIn(written).flatMap(({ data }) => {
    const [chunk] = objectsIn(asObject(parseJson(data))?.['choices'])
    return objectsIn([chunk?.['delta'] ?? null])
  })
  expect(deltas.findLast(({ weir }) => weir)?.['weir']).toEqual(message['weir'])
  expect(deltas.flatMap(({ tool_calls: calls }) => objectsIn(calls)).map(beside)).toEqual(
    objectsIn(message['tool_calls']).flatMap((call) => [beside(call), null]),
  )
  const chat = decodeChat({ messages: [message] })
  expect(openaiResponses.encode(chat, target('gpt-5'), {}).body['input']).toMatchObject([
    { phase: 'final_answer' },
    { namespace: 'crm' },
    { caller: program },
  ])
  expect(JSON.stringify(readExtensions({ messages: [message] }).cleaned)).not.toContain('weir')
})

test('a program’s call gets its answer as its own, and a phase told at the end is kept', () => {
  const chat = decodeResponses({
    input: [...output.slice(3, 4), { type: 'function_call_output', call_id: 'c_2', output: '1' }],
  })
  const { body } = openaiResponses.encode(chat, target('gpt-5'), {})
  expect(body['input']).toMatchObject([{ caller: program }, { output: '1', caller: program }])

  const decoder = openaiResponses.decoder()
  const { phase: _phase, ...begun } = output[0] ?? {}
  const events = [
    { type: 'response.output_item.added', output_index: 0, item: { ...begun, content: [] } },
    { type: 'response.output_text.delta', output_index: 0, delta: 'I look.' },
    { type: 'response.output_item.done', output_index: 0, item: output[0] ?? null },
  ]
  const collector = new Collector()
  for (const event of events) {
    const parts = decoder.push({ event: event.type, data: JSON.stringify(event) })
    for (const part of parts) collector.add(part)
  }
  expect(collector.answer().content).toEqual([
    { type: 'text', text: 'I look.', raw: { phase: 'commentary' }, wire: 'openai_responses' },
  ])
})
