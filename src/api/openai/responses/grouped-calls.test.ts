import { expect, test } from 'vitest'
import type { Part } from '../../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../../../lib/json.ts'
import { readEventsIn } from '../../../lib/sse.ts'
import { encodeChat } from '../../../providers/openai-chat/encode.ts'
import { encodeResponsesRequest } from '../../../providers/openai-responses/encode.ts'
import { envelope } from '../../fixtures/envelope.ts'
import { decodeResponses } from './decode.ts'
import { encodeResponse } from './encode.ts'
import { ResponseEncoder } from './encode-stream.ts'

const tool = (name: string): JsonObject => ({
  type: 'function',
  name,
  parameters: {},
  strict: false,
})
const group = (name: string, ...tools: JsonObject[]): JsonObject => ({
  type: 'namespace',
  name,
  description: `About ${name}.`,
  tools,
})
const tools = [
  tool('shell'),
  group('github', { ...tool('search'), defer_loading: true }, tool('merge')),
  group('gitlab', tool('search')),
]
const call = (id: string, name: string, namespace?: string): JsonObject => ({
  type: 'function_call',
  call_id: id,
  name,
  arguments: '{}',
  ...(namespace !== undefined && { namespace }),
})
const input = [
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Go.' }] },
  call('c_1', 'search', 'gitlab'),
  call('c_2', 'merge', 'github'),
  call('c_3', 'shell'),
  ...['c_1', 'c_2', 'c_3'].map((id) => ({
    type: 'function_call_output',
    call_id: id,
    output: 'done',
  })),
]
const target = { model: 'm', stream: false, options: {} }
const NAMES = ['gitlab__search', 'merge', 'shell']

test('who knows no groups of tools is told each under a name of its own', () => {
  const { body, dropped } = encodeChat(decodeResponses({ tools, input }), target, {})
  expect(dropped).toEqual(['`defer_loading` of a `tool`'])
  const named = objectsIn(body['tools']).map((each) => asObject(each['function'])?.['name'])
  expect(named).toEqual(['shell', 'github__search', 'merge', 'gitlab__search'])
  const [, said] = objectsIn(body['messages'])
  const called = objectsIn(said?.['tool_calls']).map((each) => asObject(each['function'])?.['name'])
  expect(called).toEqual(NAMES)
})

test('who knows groups is told them as they were', () => {
  const { body } = encodeResponsesRequest(decodeResponses({ tools, input }), target, {})
  expect(body).toMatchObject({ tools, input })
})

test('calls come back as of their groups, whole and streamed', () => {
  const calls = NAMES.map((name, index): Part[] => [
    { type: 'tool_call', index, id: `c_${index + 1}`, name },
    { type: 'tool_arguments', index, text: '{}' },
  ])
  const parts: Part[] = [...calls.flat(), { type: 'finish', reason: 'tool_call', raw: 'x' }]
  const asked = { ...envelope, request: { tools } }
  const expected = input.slice(1, 4)
  const whole = encodeResponse(asked, parts)
  expect(whole['output']).toMatchObject(expected)
  expect(objectsIn(whole['output'])[2]).not.toHaveProperty('namespace')

  const encoder = new ResponseEncoder(asked)
  const written = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  const events = readEventsIn(written).map(({ data }) => asObject(parseJson(data)))
  const done = events.filter((event) => event?.['type'] === 'response.output_item.done')
  expect(done.map((event) => event?.['item'])).toMatchObject(expected)
  const again = decodeResponses({ tools, input: whole['output'] ?? [] })
  expect(again.messages[0]?.content).toMatchObject(NAMES.map((name) => ({ name })))
})
