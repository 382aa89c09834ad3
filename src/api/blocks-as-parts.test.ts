import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block, Part } from '../domain/chat.ts'
import { Collector } from '../domain/collect.ts'
import { asObject, type JsonObject } from '../lib/json.ts'
import { readEvents } from '../lib/sse.ts'
import { blocksAsParts } from './blocks-as-parts.ts'
import { envelope } from './fixtures/envelope.ts'
import { encodeResponse } from './openai/responses/encode.ts'
import { ResponseEncoder } from './openai/responses/encode-stream.ts'

function blocksOf(parts: readonly Part[]): readonly Block[] {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer().content
}

function lastResponse(parts: readonly Part[]): JsonObject | undefined {
  const encoder = new ResponseEncoder(envelope)
  const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  const data: JsonObject = JSON.parse(readEvents(Buffer.from(text)).at(-1)?.data ?? '')
  return asObject(data['response'])
}

const word = fc.string({ minLength: 1, maxLength: 4 })
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((made) => (made === undefined ? {} : { [key]: made }))

const thought = fc
  .tuple(word, optional('signature', word), optional('data', word), optional('id', word))
  .map(([text, ...more]): Part[] => {
    const said: Part = Object.assign(
      { type: 'reasoning' as const, text, begins: true as const },
      ...more,
    )
    return [said, { type: 'reasoning', text: 's', summary: true, paragraph: true }]
  })
// A signature comes with the last piece of its text, as its provider sends it.
const text = fc
  .tuple(word, optional('signature', word))
  .map(([said, signature]): Part[] => [
    { type: 'text', text: said, begins: true },
    Object.assign({ type: 'text' as const, text: 'end' }, signature),
  ])
const cited = word.map((url): Part[] => [
  { type: 'text', text: 'x', begins: true },
  { type: 'citation', citation: { url, raw: {}, wire: 'gemini' } },
])
const refusal = word.map((said): Part[] => [{ type: 'refusal', text: said }])
const file = word.map((said): Part[] => [{ type: 'file', url: `data:image/png;base64,${said}` }])
const own = word.map((id): Part[] => [
  { type: 'unknown', data: { id, type: 'web_search_call' }, wire: 'openai_responses' },
])
const foreign = word.map((signature): Part[] => [
  { type: 'unknown', data: { thoughtSignature: signature }, wire: 'gemini' },
])
const call = fc.tuple(word, fc.boolean()).map(([name, custom]): Part[] => [
  { type: 'tool_call', index: 0, id: `call_${name}`, name, ...(custom && { custom: true }) },
  { type: 'tool_arguments', index: 0, text: '{}' },
])
const answers = fc
  .array(fc.oneof(thought, text, cited, refusal, file, own, foreign, call), { maxLength: 8 })
  .map((steps) => steps.flatMap(numbered))

function numbered(parts: Part[], index: number): Part[] {
  return parts.map((part) => ('index' in part ? Object.assign(part, { index }) : part))
}

test('blocks made parts again make the same blocks', () => {
  fc.assert(
    fc.property(answers, (parts) => {
      const blocks = blocksOf(parts)
      expect(blocksOf(blocksAsParts(blocks))).toEqual(blocks)
    }),
  )
})

test('an answer written again from its blocks is the one that was sent', () => {
  fc.assert(
    fc.property(answers, (parts) => {
      const again = encodeResponse(envelope, blocksAsParts(blocksOf(parts)))
      expect(again['output']).toEqual(encodeResponse(envelope, parts)['output'])
      expect(again['output']).toEqual(lastResponse(parts)?.['output'])
    }),
  )
})
