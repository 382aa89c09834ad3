import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventsOf, recordingsOf } from '../../../test/support/recordings.ts'
import type { Block, ChatRequest, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { asObject, type JsonObject, objectsIn } from '../../lib/json.ts'
import { decodeGenerate } from '../../api/gemini/decode.ts'
import { gemini } from '../gemini.ts'

const collect = (parts: readonly Part[]) => {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

const ask = (content: Block[], more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'assistant', content }],
  tools: [],
  params: {},
  extra: {},
  ...more,
})

const call = (id: string): Block => ({ type: 'tool_call', id, name: 'f', arguments: '{}' })

const target = { model: 'gemini-3-pro', stream: false, options: {} }

test('A signed part joins nothing, and nothing joins it.', () => {
  const parts = [
    { text: 'a', thought: true, thoughtSignature: 'one' },
    { text: 'b', thought: true, thoughtSignature: 'two' },
    { text: 'c', thoughtSignature: 'three' },
    { text: 'd' },
    { text: 'e' },
  ]
  const { content } = collect(gemini.parts({ candidates: [{ content: { parts } }] }))
  expect(content).toEqual([
    { type: 'thought', text: 'a', signature: 'one' },
    { type: 'thought', text: 'b', signature: 'two' },
    { type: 'text', text: 'c', signature: 'three' },
    { type: 'text', text: 'de' },
  ])
})

test('Of calls made at once only the first is given the word that stands for a signature.', () => {
  const { body } = gemini.encode(ask([call('x'), call('y')]), target, {})
  expect(objectsIn(objectsIn(body['contents'])[0]?.['parts'])).toEqual([
    {
      functionCall: { id: 'x', name: 'f', args: {} },
      thoughtSignature: 'skip_thought_signature_validator',
    },
    { functionCall: { id: 'y', name: 'f', args: {} } },
  ])
})

test("The client's own settings stand beside those that have nouns.", () => {
  const json = {
    contents: [{ parts: [{ text: 'hi' }] }],
    generationConfig: { maxOutputTokens: 9, responseModalities: ['TEXT'] },
  }
  const { body, dropped } = gemini.encode(decodeGenerate(json), target, {})
  expect(body['generationConfig']).toEqual(json.generationConfig)
  expect(dropped).toEqual([])
})

test('No JSON makes it throw.', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (body, value) => {
      const event = JSON.stringify({ candidates: [{ content: { parts: [value] } }] })
      const json = asObject(JSON.parse(JSON.stringify(body))) ?? {}
      gemini.parts(json)
      gemini.decoder().push({ event: 'message', data: event })
      gemini.encode(decodeGenerate({ ...json, contents: JSON.parse(event) }), target, {})
    }),
  )
})

const recordings = [...recordingsOf('gemini', 'gemini'), ...recordingsOf('vertex', 'gemini')]
const answers = recordings.filter(
  ({ status, response_text: text }) => status === 200 && !text.startsWith('['),
)

/** What a response says, read in the plainest way. */
function said(bodies: readonly JsonObject[]) {
  const parts = bodies.flatMap(({ candidates }) =>
    objectsIn(candidates)
      .slice(0, 1)
      .flatMap(({ content }) => objectsIn(asObject(content)?.['parts'])),
  )
  const texts = (thought: boolean) =>
    parts
      .filter((part) => (part['thought'] === true) === thought)
      .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
      .join('')
  return {
    text: texts(false),
    thoughts: texts(true),
    signatures: parts.flatMap((part) => part['thoughtSignature'] ?? []),
    calls: parts.flatMap((part) => asObject(part['functionCall'])?.['name'] ?? []),
  }
}

/** A part of the provider's own is kept whole, with the signature in it. */
function signatureOf(block: Block) {
  if (block.type === 'unknown') return asObject(block.data)?.['thoughtSignature'] ?? []
  return 'signature' in block ? (block.signature ?? []) : []
}

test.each(answers)('Everything in $id arrives.', ({ stream, response_text: text }) => {
  const bodies = stream ? eventsOf(text) : [asObject(JSON.parse(text)) ?? {}]
  const decoder = gemini.decoder()
  const parts = stream
    ? bodies.flatMap((body) => decoder.push({ event: 'message', data: JSON.stringify(body) }))
    : bodies.flatMap((body) => gemini.parts(body))
  const { content, finish, error } = collect(parts)
  const join = (type: Block['type']) =>
    content.map((block) => (block.type === type && 'text' in block ? block.text : '')).join('')
  expect({
    text: join('text'),
    thoughts: join('thought'),
    signatures: content.flatMap(signatureOf),
    calls: content.flatMap((block) => (block.type === 'tool_call' ? [block.name] : [])),
  }).toEqual(said(bodies))
  expect(error).toBeNull()
  expect(finish).not.toBeNull()
})
