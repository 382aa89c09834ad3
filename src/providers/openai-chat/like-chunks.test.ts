import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { CallPlaces } from './call-places.ts'
import { ChatDecoder, readCompletion } from './read.ts'

const chunk = (content: unknown, more: object = {}, beside: object = {}) =>
  JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content, ...more } }], ...beside })

const STREAMS: readonly (readonly [string, readonly string[]])[] = [
  ['words', ['a', ' b', 'c d', ' e'].map((words) => chunk(words))],
  [
    'quotes, line ends and letters',
    ['a', '"b"', '\n', '\\', 'é😀', '\ud800', 'z'].map((words) => chunk(words)),
  ],
  ['nothing in between', ['a', '', null, 'b', 'c'].map((words) => chunk(words))],
  [
    'a name like it in the words',
    ['a', '{"content":"b"}', ',"content":"', 'c'].map((words) => chunk(words)),
  ],
  [
    'what is around it said again',
    ['a', 'a"}}]}', '{"id":"c","choices":[', 'b'].map((words) => chunk(words)),
  ],
  [
    'logprobs',
    ['a', 'b', 'c'].map((content) =>
      JSON.stringify({
        choices: [{ delta: { content }, logprobs: { content: [{ token: content }] } }],
      }),
    ),
  ],
  ['a list', ['a', 'b'].map((text) => chunk([{ type: 'text', text }]))],
  [
    'other fields by and by',
    [
      chunk('a'),
      chunk('b', { x: 1 }),
      chunk('c'),
      chunk('d', {}, { usage: { prompt_tokens: 1, completion_tokens: 2 } }),
      chunk('e'),
    ],
  ],
  [
    'another choice',
    [
      chunk('a'),
      JSON.stringify({ id: 'c', choices: [{ index: 1, delta: { content: 'b' } }] }),
      chunk('c'),
    ],
  ],
  [
    'escapes nobody needs',
    [
      '{"choices":[{"delta":{"content":"a"}}]}',
      String.raw`{"choices":[{"delta":{"content":"\u0062\/"}}]}`,
      '{"choices":[{"delta":{"content":"c"}}]}',
    ],
  ],
  [
    'spaces',
    ['{"choices": [{"delta": {"content": "a"}}]}', '{"choices": [{"delta": {"content": "b"}}]}'],
  ],
  ['thoughts first', [chunk(null, { reasoning_content: 'a' }), chunk('b'), chunk('c')]],
  ['an error at last', [chunk('a'), chunk('b', {}, { error: { message: 'no' } })]],
]

test.each(STREAMS)('reads a stream of %s as each of its chunks is read', (_, chunks) => {
  const decoder = new ChatDecoder()
  const places = new CallPlaces(true)
  for (const data of chunks) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- objects, made just above
    const whole = readCompletion(JSON.parse(data) as JsonObject, places)
    expect(decoder.push({ event: 'message', data })).toEqual(whole)
  }
})

test.each(['a"', 'a","x":"b', 'a\n', String.raw`\x`, String.raw`a\ `.trim()])(
  'leaves a chunk that is not JSON to the one who reads whole chunks: %j',
  (written) => {
    const decoder = new ChatDecoder()
    decoder.push({ event: 'message', data: chunk('word') })
    const data = chunk('word').replace('word', () => written)
    const alone = new ChatDecoder().push({ event: 'message', data })
    expect(decoder.push({ event: 'message', data })).toEqual(alone)
  },
)
