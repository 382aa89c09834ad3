import { expect, test } from 'vitest'
import type { JsonObject } from '../lib/json.ts'
import { Conversations } from './conversations.ts'

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })
const HOUR_US = 3600

/** Asks in order, each answered at once; gives the episode of each: its own number when new. */
function episodesOf(bodies: readonly JsonObject[], later: readonly number[] = []): string[] {
  let now = 0
  const conversations = new Conversations({ now: () => now, us: () => 0 }, 7)
  return bodies.map((body, at) => {
    now += (later[at] ?? 0) * 1000
    const turn = conversations.find(body)
    const episode = turn?.episodeId ?? String(at)
    if (turn) conversations.answered(turn, episode)
    return episode
  })
}

const chat = (...messages: JsonObject[]) => ({ messages })

test.each<[string, JsonObject[], string[]]>([
  [
    'turns of one conversation',
    [
      chat(user('a')),
      chat(user('a'), assistant('b'), user('c')),
      chat(user('a'), assistant('b'), user('c'), assistant('d'), user('e')),
    ],
    ['0', '0', '0'],
  ],
  ['requests without an answer in them', [chat(user('a')), chat(user('b'))], ['0', '1']],
  [
    'a conversation that was never heard of',
    [chat(user('a')), chat(user('x'), assistant('b'), user('c'))],
    ['0', '1'],
  ],
  [
    'a conversation whose instructions change',
    [
      chat({ role: 'system', content: 'It is 10.' }, user('a')),
      chat({ role: 'system', content: 'It is 11.' }, user('a'), assistant('b'), user('c')),
    ],
    ['0', '0'],
  ],
  [
    'an agent with tools',
    [
      chat(user('a')),
      chat(
        user('a'),
        { role: 'assistant', tool_calls: [{ id: '1' }] },
        { role: 'tool', tool_call_id: '1', content: 'x' },
      ),
    ],
    ['0', '0'],
  ],
  [
    'the same turn asked again',
    [
      chat(user('a')),
      chat(user('a'), assistant('b'), user('c')),
      chat(user('a'), assistant('b'), user('c')),
    ],
    ['0', '0', '0'],
  ],
  [
    'two that begin alike and have not gone on: nobody can tell',
    [chat(user('hi')), chat(user('hi')), chat(user('hi'), assistant('b'), user('c'))],
    ['0', '1', '2'],
  ],
  [
    'two that begin alike, one after the other has gone on',
    [
      chat(user('hi')),
      chat(user('hi'), assistant('b'), user('c')),
      chat(user('hi')),
      chat(user('hi'), assistant('b'), user('d')),
    ],
    ['0', '0', '2', '2'],
  ],
  [
    'blocks of Anthropic, with marks for the cache that wander',
    [
      chat({ role: 'user', content: [{ type: 'text', text: 'a', cache_control: {} }] }),
      chat(
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: '1' }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'x' }] },
      ),
    ],
    ['0', '0'],
  ],
  [
    'contents of Gemini',
    [
      { contents: [{ role: 'user', parts: [{ text: 'a' }] }] },
      {
        contents: [
          { role: 'user', parts: [{ text: 'a' }] },
          { role: 'model', parts: [{ text: 'b' }] },
          { role: 'user', parts: [{ text: 'c' }] },
        ],
      },
    ],
    ['0', '0'],
  ],
  [
    'items of the Responses API',
    [
      { input: 'a' },
      {
        input: [
          user('a'),
          { type: 'reasoning', id: 'r' },
          { type: 'function_call', call_id: '1' },
          { type: 'function_call_output', call_id: '1', output: 'x' },
        ],
      },
    ],
    ['0', '0'],
  ],
  [
    'long texts that differ at an end',
    [
      chat(user(`${'x'.repeat(5000)}1`)),
      chat(user(`${'x'.repeat(5000)}2`), assistant('b'), user('c')),
    ],
    ['0', '1'],
  ],
])('%s', (_, bodies, episodes) => {
  expect(episodesOf(bodies)).toEqual(episodes)
})

test('forgets after an hour', () => {
  const bodies = [chat(user('a')), chat(user('a'), assistant('b'), user('c'))]
  expect(episodesOf(bodies, [0, HOUR_US + 1])).toEqual(['0', '1'])
})

test.each([{}, { messages: [] }, { messages: 'x' }, { messages: [1, null] }, { input: {} }])(
  '%j is no conversation',
  (body) => {
    expect(episodesOf([body, body])).toEqual(['0', '1'])
  },
)
