import { expect, test } from 'vitest'
import type { Block, Part } from '../domain/chat.ts'
import { asObject, type JsonObject, objectsIn } from '../lib/json.ts'
import { readEvents } from '../lib/sse.ts'
import { anthropicMessages } from '../providers/anthropic-messages.ts'
import { gemini } from '../providers/gemini.ts'
import { openaiResponses } from '../providers/openai-responses.ts'
import type { ChatWire } from '../providers/provider.ts'
import { decodeMessages } from './anthropic/decode.ts'
import { encodeMessage } from './anthropic/encode.ts'
import { envelope } from './fixtures/envelope.ts'
import { decodeGenerate } from './gemini/decode.ts'
import { encodeGenerated } from './gemini/encode.ts'
import { GenerateEncoder } from './gemini/encode-stream.ts'
import { asEvents } from './gemini/framing.ts'
import { aggregate } from './openai/fixtures/aggregate.ts'
import { decodeChat } from './openai/decode.ts'
import { encodeCompletion } from './openai/encode.ts'
import { ChunkEncoder } from './openai/encode-stream.ts'
import { decodeResponses } from './openai/responses/decode.ts'
import { encodeResponse } from './openai/responses/encode.ts'

function events(text: string): JsonObject[] {
  return readEvents(Buffer.from(text))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }): JsonObject => JSON.parse(data))
}

/** A client's next request: the answer is the assistant's turn of it. */
const NEXT: Readonly<Record<string, (parts: readonly Part[]) => ReturnType<typeof decodeChat>>> = {
  chat: (parts) => {
    const [choice] = objectsIn(encodeCompletion(envelope, parts)['choices'])
    return decodeChat({ messages: [choice?.['message'] ?? {}] })
  },
  'chat, streamed': (parts) => {
    const encoder = new ChunkEncoder(envelope, true)
    const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
    return decodeChat({ messages: [aggregate(events(text), 0)] })
  },
  responses: (parts) =>
    decodeResponses({ input: encodeResponse(envelope, parts)['output'] ?? null }),
  'responses, by a program that knows no more than OpenAI': (parts) => {
    const known = new Set(['type', 'id', 'summary', 'encrypted_content', 'call_id', 'name'])
    const items = objectsIn(encodeResponse(envelope, parts)['output']).map((item) =>
      Object.fromEntries(
        Object.entries(item).filter(([key]) => item['type'] !== 'reasoning' || known.has(key)),
      ),
    )
    return decodeResponses({ input: items })
  },
  messages: (parts) => {
    const { content = [] } = encodeMessage(envelope, parts)
    return decodeMessages({ messages: [{ role: 'assistant', content }] })
  },
  gemini: (parts) => {
    const [candidate] = objectsIn(encodeGenerated(envelope, parts)['candidates'])
    return decodeGenerate({ contents: [candidate?.['content'] ?? {}] })
  },
  'gemini, streamed': (parts) => {
    const encoder = new GenerateEncoder(envelope, asEvents())
    const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
    const contents = events(text).flatMap(({ candidates }) =>
      objectsIn(objectsIn(candidates).map(({ content }) => content ?? null)),
    )
    return decodeGenerate({ contents })
  },
}
const dialects = Object.entries(NEXT)

const target = { model: 'some-model', stream: false, options: {} }
const call: Part[] = [
  { type: 'tool_call', index: 0, id: 'call_a', name: 'f' },
  { type: 'tool_arguments', index: 0, text: '{}' },
]
const turn = (wire: ChatWire, parts: readonly Part[], next: (typeof NEXT)[string]) => {
  const { body } = wire.encode(next(parts), target, {})
  return body
}

test.each(dialects)('%s brings encrypted reasoning back to Responses', (_, next) => {
  const thought: Part[] = [
    { type: 'reasoning', text: '', begins: true, id: 'rs_1' },
    { type: 'reasoning', text: 'a', summary: true },
    { type: 'reasoning', text: '', data: 'secret+/==' },
  ]
  const [item, ...rest] = objectsIn(turn(openaiResponses, [...thought, ...call], next)['input'])
  expect(item).toMatchObject({ type: 'reasoning', encrypted_content: 'secret+/==', id: 'rs_1' })
  expect(item?.['summary']).toEqual([{ type: 'summary_text', text: 'a' }])
  expect(rest).toMatchObject([{ type: 'function_call', call_id: 'call_a' }])
})

test.each(dialects)('F171 %s brings signed and hidden thoughts back to Claude', (name, next) => {
  const thoughts: Part[] = [
    { type: 'reasoning', text: 'a', begins: true },
    { type: 'reasoning', text: '', signature: 'one' },
    { type: 'reasoning', text: '', begins: true, signature: 'two' },
    { type: 'reasoning', text: '', begins: true, data: 'hidden' },
  ]
  const [message] = objectsIn(turn(anthropicMessages, [...thoughts, ...call], next)['messages'])
  const words = name.includes('knows no more') ? '' : 'a'
  expect(message?.['content']).toEqual([
    { type: 'thinking', thinking: words, signature: 'one' },
    { type: 'thinking', thinking: '', signature: 'two' },
    { type: 'redacted_thinking', data: 'hidden' },
    { type: 'tool_use', id: 'call_a', name: 'f', input: {} },
  ])
})

test.each(dialects)('%s brings the signatures of texts and calls back to Gemini', (name, next) => {
  const parts: Part[] = [
    { type: 'reasoning', text: 'a' },
    { type: 'text', text: 'b', begins: true, signature: 'one' },
    { type: 'tool_call', index: 0, id: 'call_a', name: 'f', signature: 'two' },
    { type: 'tool_arguments', index: 0, text: '{}' },
  ]
  const [content] = objectsIn(turn(gemini, parts, next)['contents'])
  const sent = objectsIn(content?.['parts'])
  const signed = sent.filter((part) => 'thoughtSignature' in part)
  expect(signed.map((part) => part['thoughtSignature'])).toEqual(['one', 'two'])
  expect(signed[0]).not.toHaveProperty('thought')
  expect(signed[1]).toHaveProperty('functionCall')
  expect(
    sent.findIndex(({ text }) => text === 'b'),
    name,
  ).toBeLessThanOrEqual(sent.findIndex((part) => part['thoughtSignature'] === 'one'))
})

test.each(dialects)('%s keeps the kinds and order of what was said', (_, next) => {
  const parts: Part[] = [
    { type: 'reasoning', text: 'x' },
    { type: 'reasoning', text: 'y' },
    { type: 'text', text: 'b' },
    { type: 'text', text: 'c' },
    ...call,
  ]
  const content = next(parts).messages.flatMap((message): readonly Block[] => message.content)
  expect(content.map(({ type }) => type).filter((type) => type !== 'thought')).toEqual([
    'text',
    'tool_call',
  ])
  const thoughts = content.flatMap((block) => (block.type === 'thought' ? [block.text] : []))
  expect(thoughts.every((text) => text === 'xy' || text === null)).toBe(true)
  expect(asObject(content[0])).toBeDefined()
})
