import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import { answerOf, blocksOf, streamed } from './fixtures/read-answer.ts'
import { ChatDecoder, readCompletion } from './read.ts'

const page = { title: 'A', url: 'https://a.example' }
const cited = [{ text: 'Yes.', citations: [{ url: 'https://a.example', title: 'A' }] }]

const choices = (message: JsonObject) => [{ index: 0, ...message }]

const textsIn = (parts: readonly Part[]) => blocksOf(parts).filter(({ type }) => type === 'text')

test.each<[string, JsonObject, JsonObject]>([
  ['Z.AI', { web_search: [{ title: 'A', link: page.url, refer: 'ref_1' }] }, {}],
  [
    'Perplexity, with a picture',
    { images: [{ title: 'A', origin_url: page.url, image_url: 'https://a.example/1.png' }] },
    {},
  ],
  ['Venice', { venice_parameters: { web_search_citations: [page] } }, {}],
  ['Alibaba', { search_info: { search_results: [{ index: 1, ...page }] } }, {}],
  ['Azure', {}, { context: { citations: [page, { filepath: 'b.md', url: null }] } }],
  ['Groq', {}, { executed_tools: [{ type: 'search', search_results: { results: [page] } }] }],
  ['Writer, of a graph', {}, { graph_data: { references: { web: [page] } } }],
  [
    'Writer, of the web',
    {},
    { web_search_data: { sources: [{ ...page, raw_content: 'x' }, page] } },
  ],
  ['Databricks', {}, { content: [{ type: 'text', text: 'Yes.', citations: [page] }] }],
])('pages found by %s are cited, whole and streamed', (_, beside, more) => {
  const said = { content: 'Yes.', ...more }
  const body = { ...beside, choices: choices({ message: said, finish_reason: 'stop' }) }
  expect(textsIn(readCompletion(body))).toMatchObject(cited)
  const last = { choices: choices({ delta: {}, finish_reason: 'stop' }) }
  const first = { ...beside, choices: choices({ delta: said, finish_reason: null }) }
  expect(textsIn(streamed([first, last]))).toMatchObject(cited)
})

test('pages of a stream that does not say how it ended are cited at its end', () => {
  const chunk = { citations: [page.url], choices: [{ index: 0, delta: { content: 'Yes.' } }] }
  expect(blocksOf(streamed([chunk, '[DONE]']))).toMatchObject([
    { text: 'Yes.', citations: [{ url: page.url }] },
  ])
})

const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }

test('calls that come in another choice than their words are of one answer', () => {
  const words = { finish_reason: 'tool_calls', message: { role: 'assistant', content: 'Let me.' } }
  const calls = { finish_reason: 'tool_calls', message: { tool_calls: [call] } }
  const both = [
    { type: 'text', text: 'Let me.' },
    { type: 'tool_call', id: 'call_1' },
  ]
  expect(blocksOf(readCompletion({ choices: [words, calls] }))).toMatchObject(both)
  const numbered = [
    { ...words, index: 0 },
    { ...calls, index: 1 },
  ]
  expect(blocksOf(readCompletion({ choices: numbered }))).toMatchObject(both)
})

test('answers that were asked for stay apart', () => {
  const first = { index: 0, finish_reason: 'stop', message: { content: 'One.' } }
  const second = { index: 1, finish_reason: 'tool_calls', message: { tool_calls: [call] } }
  expect(blocksOf(readCompletion({ choices: [first, second] }))).toMatchObject([
    { text: 'One.' },
    { type: 'unknown', data: { choice: 1 } },
  ])
})

test('calls alone say how an answer ended that does not', () => {
  const message = { content: 'Let me.', tool_calls: [call] }
  const silent = { choices: [{ index: 0, finish_reason: '', message }] }
  expect(answerOf(readCompletion(silent))).toMatchObject({ finish: 'tool_call', finishRaw: '' })
  const chunk = { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] } }] }
  expect(answerOf(streamed([chunk, '[DONE]'])).finish).toBe('tool_call')
  expect(answerOf(streamed([chunk])).finish).toBe(null)
})

test('why Groq cut a stream short is an error', () => {
  expect(
    streamed([{ choices: [], x_groq: { id: 'req_1', error: 'over capacity' } }]),
  ).toMatchObject([{ type: 'error', error: { message: 'over capacity' } }, { type: 'raw' }])
  const fine = { choices: [], x_groq: { id: 'req_1', error: null } }
  expect(streamed([fine])).toMatchObject([{ type: 'raw' }])
})

const steps = (...thoughts: string[]) => {
  const reasoning_steps = thoughts.map((thought) => ({ thought, type: 'web_search' }))
  return { choices: choices({ delta: { content: '', reasoning_steps } }) }
}

test('what Perplexity thought at each step is a thought', () => {
  const parts = streamed([steps('Look.'), steps('Read.', 'Think.')])
  expect(blocksOf(parts)).toEqual([{ type: 'thought', text: 'Look.\n\nRead.\n\nThink.\n\n' }])
})

test('of several messages in a choice the words count, and the calls that nobody has answered', () => {
  const own = { id: 'call_2', type: 'function', function: { name: 'search', arguments: '{}' } }
  const messages = [
    { role: 'assistant', content: 'Let me see. ', tool_calls: [own] },
    { role: 'tool', tool_call_id: 'call_2', content: 'a page' },
    { role: 'assistant', content: 'Yes.', tool_calls: [call] },
  ]
  const body = { choices: choices({ messages, finish_reason: 'tool_calls' }) }
  expect(blocksOf(readCompletion(body))).toMatchObject([
    { type: 'text', text: 'Let me see. ' },
    {
      type: 'unknown',
      data: {
        executed_tools: [{ id: 'call_2', name: 'search', arguments: '{}', output: 'a page' }],
      },
    },
    { type: 'text', text: 'Yes.' },
    { type: 'tool_call', id: 'call_1' },
  ])
})

test('what came of a tool that the provider ran is no word of the answer, though it is streamed', () => {
  const delta = { role: 'tool', tool_call_id: 'call_2', name: 'search', content: 'a page' }
  const chunks = [{ delta: { content: 'Hm. ' } }, { delta }, { delta: { content: 'Yes.' } }]
  const told = { executed_tools: [{ id: 'call_2', name: 'search', output: 'a page' }] }
  expect(blocksOf(streamed(chunks.map((chunk) => ({ choices: choices(chunk) }))))).toEqual([
    { type: 'text', text: 'Hm. ' },
    { type: 'unknown', data: told, wire: 'openai_chat' },
    { type: 'text', text: 'Yes.' },
  ])
})

test('tools that Groq ran are blocks of their own, once, whole and streamed', () => {
  const asked = { index: 0, type: 'python', arguments: '{"code":"1+1"}' }
  const ran = { ...asked, output: '2' }
  const lost = { index: 1, type: 'search', arguments: '{}', search_results: { results: [] } }
  const expected = [ran, lost].map((tool) => ({
    type: 'unknown',
    data: { executed_tools: [tool] },
    wire: 'openai_chat',
  }))
  const message = { content: '', executed_tools: [ran, lost] }
  expect(blocksOf(readCompletion({ choices: choices({ message }) }))).toEqual(expected)
  const chunks = [[asked], [ran], [lost]].map((tools) => ({ delta: { executed_tools: tools } }))
  const all = [...chunks, { delta: {}, finish_reason: 'stop' }]
  expect(blocksOf(streamed(all.map((chunk) => ({ choices: choices(chunk) }))))).toEqual(expected)
})

test('a thought that Mistral signed has its signature', () => {
  const thinking = [{ type: 'text', text: 'Hm.' }]
  const content = [{ type: 'thinking', thinking, signature: 'sig', closed: true }]
  expect(blocksOf(readCompletion({ choices: choices({ message: { content } }) }))).toEqual([
    { type: 'thought', text: 'Hm.', signature: 'sig' },
  ])
})

test('what Mistral refers to is cited, where it stands', () => {
  const reference = { type: 'reference', reference_ids: [0, 'doc-2'] }
  const content = [{ type: 'text', text: 'Ruby' }, reference, { type: 'text', text: ' is red.' }]
  const document = { type: 'document_url', document_url: 'https://a.example/a.pdf' }
  const message = { content: [...content, document] }
  expect(blocksOf(readCompletion({ choices: choices({ message }) }))).toEqual([
    {
      type: 'text',
      text: 'Ruby is red.',
      citations: [{ title: '0, doc-2', raw: reference, wire: 'openai_chat' }],
    },
    { type: 'file', url: 'https://a.example/a.pdf' },
  ])
})

test('an error that is no JSON is one by its event’s name', () => {
  const decoder = new ChatDecoder()
  expect(decoder.push({ event: 'error', data: 'Too busy.' })).toMatchObject([
    { type: 'error', error: { message: 'Too busy.' } },
  ])
  expect(decoder.push({ event: 'message', data: 'Too busy.' })).toEqual([])
})

test('an answer that is put off is no failure: its name is all there is to have', () => {
  expect(answerOf(readCompletion({ request_id: 'r_1' }))).toMatchObject({
    finish: 'unknown',
    finishRaw: 'deferred',
    error: null,
  })
})
