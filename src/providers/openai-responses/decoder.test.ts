import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { totalInput, totalOutput } from '../../domain/usage.ts'
import type { JsonObject } from '../../lib/json.ts'
import { openaiResponses } from '../openai-responses.ts'

function answerOf(parts: readonly Part[]) {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

function streamed(...events: readonly JsonObject[]) {
  const decoder = openaiResponses.decoder()
  return answerOf(
    events.flatMap((event) => decoder.push({ event: 'message', data: JSON.stringify(event) })),
  )
}

const whole = (body: JsonObject) => answerOf(openaiResponses.parts(body))

test('a thought in several pieces stays one thought', () => {
  const item = { id: 'rs_1', type: 'reasoning', summary: [] }
  const at = { output_index: 0, item_id: 'rs_1' }
  const piece = (index: number, text: string): JsonObject[] => [
    {
      type: 'response.content_part.added',
      ...at,
      content_index: index,
      part: { type: 'reasoning_text', text: '' },
    },
    { type: 'response.reasoning_text.delta', ...at, content_index: index, delta: text },
  ]
  const { content } = streamed(
    { type: 'response.output_item.added', output_index: 0, item },
    ...piece(0, 'Let me '),
    ...piece(1, 'see.'),
    { type: 'response.output_item.done', output_index: 0, item },
  )
  expect(content).toEqual([{ type: 'thought', text: 'Let me see.', id: 'rs_1' }])
})

test('a picture that is made is a file, with what is said of it', () => {
  const said = { id: 'ig_1', type: 'image_generation_call', status: 'completed' }
  const item = { ...said, output_format: 'webp', revised_prompt: 'A cat.', result: 'AAAA' }
  const { result: _result, ...raw } = item
  const file = {
    type: 'file',
    url: 'data:image/webp;base64,AAAA',
    mimeType: 'image/webp',
    raw,
    wire: 'openai_responses',
  }
  expect(whole({ status: 'completed', output: [item] }).content).toEqual([file])
  expect(
    streamed(
      { type: 'response.output_item.added', output_index: 0, item: said },
      { type: 'response.image_generation_call.partial_image', output_index: 0 },
      { type: 'response.output_item.done', output_index: 0, item },
    ).content,
  ).toEqual([file])
  const unfinished = { ...said, status: 'failed', result: null }
  expect(whole({ status: 'completed', output: [unfinished] }).content).toMatchObject([
    { type: 'unknown', data: unfinished },
  ])
})

test('what a server thinks beside its items is a thought; a setting of that name is none', () => {
  const output = [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }]
  const text = { type: 'text', text: 'Yes.' }
  expect(whole({ output, reasoning: 'Let me see.' }).content).toEqual([
    { type: 'thought', text: 'Let me see.' },
    text,
  ])
  expect(whole({ output, reasoning: { effort: 'low' } }).content).toEqual([text])
  expect(whole({ output, reasoning: '\n\n' }).content).toEqual([text])
})

test('the buckets add up to the totals, whatever the details say', () => {
  const counts = fc.tuple(...Array.from({ length: 5 }, () => fc.nat({ max: 500 })))
  fc.assert(
    fc.property(counts, ([input = 0, output = 0, cached = 0, written = 0, thought = 0]) => {
      const { usage } = whole({
        output: [],
        usage: {
          input_tokens: input,
          output_tokens: output,
          input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
          output_tokens_details: { reasoning_tokens: thought },
        },
      })
      expect(usage && [totalInput(usage), totalOutput(usage)]).toEqual([input, output])
    }),
  )
})

test.each(['queued', 'in_progress', 'cancelled'])(
  'a response that is %s is an answer all the same',
  (status) => {
    const { content, finish, finishRaw } = whole({ status, output: [] })
    expect([content, finish, finishRaw]).toEqual([[], 'unknown', status])
  },
)

test('a search of X that xAI has done is nobody’s call', () => {
  const named = {
    id: 'ctc_1',
    type: 'custom_tool_call',
    call_id: 'xs_call_1',
    name: 'x_keyword_search',
  }
  const item = { ...named, status: 'completed', input: '{"query":"weir"}' }
  const said = { type: 'message', content: [{ type: 'output_text', text: 'Found.' }] }
  const expected = [
    { type: 'unknown', data: item, wire: 'openai_responses' },
    { type: 'text', text: 'Found.' },
  ]
  const answer = whole({ status: 'completed', output: [item, said] })
  expect([answer.content, answer.finish]).toEqual([expected, 'stop'])
  const at = { output_index: 0, item_id: 'ctc_1' }
  const stream = streamed(
    { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
    { type: 'response.custom_tool_call_input.delta', ...at, delta: item.input },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.output_item.done', output_index: 1, item: said },
    { type: 'response.completed', response: { status: 'completed', output: [item, said] } },
  )
  expect([stream.content, stream.finish]).toEqual([expected, 'stop'])
})

const paragraph = (index: number): JsonObject => ({
  type: 'response.reasoning_summary_part.added',
  output_index: 0,
  summary_index: index,
})

test('a summary whose paragraphs are announced, but come whole, begins with no paragraph', () => {
  const summary = ['One.', 'Two.'].map((text) => ({ type: 'summary_text', text }))
  const item = { id: 'rs_1', type: 'reasoning', summary }
  const { content } = streamed(
    { type: 'response.output_item.added', output_index: 0, item: { ...item, summary: [] } },
    paragraph(0),
    paragraph(1),
    { type: 'response.output_item.done', output_index: 0, item },
  )
  expect(content).toEqual([{ type: 'thought', text: null, id: 'rs_1', summary: ['One.', 'Two.'] }])
})

test('a response that failed is an error, whether it says why or not', () => {
  const error = { message: 'No.', code: 'server_error' }
  expect(whole({ status: 'failed', error, output: [] }).error).toMatchObject({ message: 'No.' })
  const silent = { status: 'failed', error: null, output: [] }
  expect(whole(silent).error).toMatchObject({ message: 'The response failed.' })
  expect(streamed({ type: 'response.failed', error }).error).toMatchObject({ message: 'No.' })
  expect(streamed({ type: 'response.failed', response: silent }).error).not.toBeNull()
})

test('a response that waits for the client ends in calls', () => {
  const item = { type: 'function_call', call_id: 'c_1', name: 'f', arguments: '{}' }
  const signed = { ...item, thought_signature: 'sig' }
  expect(whole({ status: 'requires_action', output: [signed] })).toMatchObject({
    finish: 'tool_call',
    finishRaw: 'requires_action',
    content: [{ type: 'tool_call', id: 'c_1', signature: 'sig' }],
  })
})

const thinking = (what: string, thought: string | null): JsonObject => ({
  type: `response.reasoning.${what}`,
  thought,
})

test('what an agent of Perplexity’s thinks as it searches is a thought', () => {
  const item = { type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }
  const { content } = streamed(
    thinking('started', 'Let me see.'),
    thinking('search_queries', null),
    thinking('search_results', 'So it is.'),
    { type: 'response.output_item.done', output_index: 0, item },
  )
  expect(content).toEqual([
    { type: 'thought', text: 'Let me see.\n\nSo it is.\n\n' },
    { type: 'text', text: 'Yes.' },
  ])
})

const message = (piece: JsonObject) => ({ id: 'msg_1', type: 'message', content: [piece] })

test('speech is its words and a sound; a piece without a noun stays in its message', () => {
  const speech = { type: 'output_audio', data: 'UklGRgAAAABXQVZF', transcript: 'Hello.' }
  expect(whole({ output: [message(speech)] }).content).toEqual([
    { type: 'text', text: 'Hello.' },
    { type: 'file', url: 'data:audio/wav;base64,UklGRgAAAABXQVZF', mimeType: 'audio/wav' },
  ])
  const strange = message({ type: 'output_hologram', data: 'zz' })
  expect(whole({ output: [strange] }).content).toMatchObject([{ type: 'unknown', data: strange }])
})

test('what Perplexity says of its cache is counted', () => {
  const input_tokens_details = { cache_read_input_tokens: 3, cache_creation_input_tokens: 2 }
  const usage = { input_tokens: 10, output_tokens: 4, input_tokens_details }
  expect(whole({ status: 'completed', output: [], usage }).usage).toMatchObject({
    input: 5,
    cacheRead: 3,
    cacheWrite: 2,
  })
})
