import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { blocksOf, deltas, streamed, whole } from './fixtures/read-answer.ts'

const call = (id: string, name: string, args: string) => ({
  type: 'tool_call',
  id,
  name,
  arguments: args,
})
const fn = (name: string, args: string) => ({ name, arguments: args })

test.each<[string, readonly JsonObject[]]>([
  [
    'fragments',
    [
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: fn('add', '') }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      { tool_calls: [{ index: 1, id: 'b', function: fn('mul', '{}') }] },
    ],
  ],
  [
    'fragments with empty ids and names later',
    [
      { tool_calls: [{ index: 0, id: 'a', function: fn('add', '{"x"') }] },
      { tool_calls: [{ index: 0, id: '', function: fn('', ':1}') }] },
      { tool_calls: [{ index: 1, id: 'b', function: fn('mul', '{}') }] },
      { tool_calls: [{ index: 1, id: '', function: fn('', '') }] },
    ],
  ],
  [
    'fragments that repeat id and name',
    [
      { tool_calls: [{ index: 0, id: 'a', function: fn('add', '{"x"') }] },
      { tool_calls: [{ index: 0, id: 'a', function: fn('add', ':1}') }] },
      { tool_calls: [{ index: 1, id: 'b', function: fn('mul', '{}') }] },
    ],
  ],
  [
    'fragments that take turns',
    [
      {
        tool_calls: [
          { index: 0, id: 'a', function: fn('add', '') },
          { index: 1, id: 'b', function: fn('mul', '') },
        ],
      },
      { tool_calls: [{ index: 1, function: { arguments: '{' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '}' } }] },
    ],
  ],
  [
    'whole calls in one chunk, without numbers',
    [
      {
        tool_calls: [
          { id: 'a', function: fn('add', '{"x":1}') },
          { id: 'b', function: fn('mul', '{}') },
        ],
      },
    ],
  ],
  [
    'whole calls in a chunk each, without numbers',
    [
      { tool_calls: [{ id: 'a', function: fn('add', '{"x":1}') }] },
      { tool_calls: [{ id: 'b', function: fn('mul', '{}') }] },
    ],
  ],
  [
    'fragments without numbers',
    [
      { tool_calls: [{ id: 'a', function: fn('add', '') }] },
      { tool_calls: [{ function: { arguments: '{"x":1}' } }] },
      { tool_calls: [{ id: 'b', function: fn('mul', '{}') }] },
    ],
  ],
  [
    'whole calls that are all number 0',
    [
      { tool_calls: [{ index: 0, id: 'a', function: fn('add', '{"x":1}') }] },
      { tool_calls: [{ index: 0, id: 'b', function: fn('mul', '{}') }] },
    ],
  ],
  [
    'arguments that are no text',
    [
      { tool_calls: [{ index: 0, id: 'a', function: { name: 'add', arguments: { x: 1 } } }] },
      { tool_calls: [{ index: 1, id: 'b', function: { name: 'mul', arguments: {} } }] },
    ],
  ],
])('reads tool calls streamed as %s', (_, chunks) => {
  expect(blocksOf(deltas(...chunks))).toEqual([call('a', 'add', '{"x":1}'), call('b', 'mul', '{}')])
})

test('the call of a custom tool says that it is one', () => {
  const custom = { id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls' } }
  expect(blocksOf(whole({ tool_calls: [custom] }))).toEqual([
    { ...call('a', 'sh', 'ls'), custom: true },
  ])
})

test('the empty custom tool beside a function is none', () => {
  const snowflake = { id: 'a', function: fn('add', '{}'), custom: { name: '', input: '' } }
  expect(blocksOf(whole({ tool_calls: [snowflake] }))).toEqual([call('a', 'add', '{}')])
})

test('calls without an id are kept apart by their names, and get one', () => {
  const parts = deltas(
    { tool_calls: [{ function: fn('add', '{}') }] },
    { tool_calls: [{ function: fn('add', '[]') }] },
  )
  expect(blocksOf(parts)).toEqual([call('call_0', 'add', '{}'), call('call_1', 'add', '[]')])
})

test('the calls of several choices are counted for each', () => {
  const tools = [{ index: 0, id: 'a', function: fn('add', '{}') }]
  const chunk = { choices: [0, 1].map((index) => ({ index, delta: { tool_calls: tools } })) }
  const calls = streamed([chunk]).filter((part) => part.type === 'tool_call')
  expect(calls).toEqual([
    { type: 'tool_call', index: 0, id: 'a', name: 'add' },
    { type: 'tool_call', index: 0, id: 'a', name: 'add', choice: 1 },
  ])
})

const WEATHER = call('call_0', 'weather', '{"city":"Rome"}')

test.each([
  ['whole', whole({ function_call: fn('weather', '{"city":"Rome"}') })],
  [
    'streamed',
    deltas(
      { function_call: fn('weather', '') },
      { function_call: { arguments: '{"city":' } },
      { function_call: { arguments: '"Rome"}' } },
    ),
  ],
  [
    'one at a time without a list',
    deltas(
      { tool_calls: { index: 0, id: '', function: fn('weather', '{"city":') } },
      { tool_calls: { index: 0, id: '', function: { name: null, arguments: '"Rome"}' } } },
    ),
  ],
])('reads the call of an older format, %s', (_, parts) => {
  expect(blocksOf(parts)).toEqual([WEATHER])
})

test('an empty call of the older format is none', () => {
  expect(blocksOf(whole({ content: 'Hi', function_call: fn('', '') }))).toEqual([
    { type: 'text', text: 'Hi' },
  ])
})

test('what Gemini signed of a call is kept', () => {
  const signed = {
    id: 'a',
    function: fn('add', '{}'),
    extra_content: { google: { thought_signature: 'sig' } },
  }
  expect(blocksOf(whole({ tool_calls: [signed] }))).toEqual([
    { ...call('a', 'add', '{}'), signature: 'sig' },
  ])
  expect(blocksOf(deltas({ tool_calls: [{ index: 0, ...signed }] }))).toEqual([
    { ...call('a', 'add', '{}'), signature: 'sig' },
  ])
})
