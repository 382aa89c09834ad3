import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Target } from '../config/config.ts'
import type { BodyPatch } from '../domain/patch.ts'
import { asString, type JsonObject } from '../lib/json.ts'
import { openai } from '../providers/openai.ts'
import { openaiChat } from '../providers/openai-chat.ts'
import type { ChatWire } from '../providers/provider.ts'
import type { Ask } from './ask.ts'
import { bodyFor } from './request-body.ts'

function askOf(body: string, more: Partial<Ask> = {}): Ask {
  const json = JSON.parse(body) as JsonObject
  return {
    wire: 'openai_chat',
    requestedModel: asString(json['model']) ?? '',
    stream: json['stream'] === true,
    wantsUsage: false,
    body: Buffer.from(body),
    json,
    verbatim: true,
    extraBody: [],
    encodeFor: ({ wires, quirks }, to) =>
      wires.chat?.encode(
        { messages: [], tools: [], params: { temperature: 1 }, extra: {} },
        to,
        quirks,
      ) ?? null,
    ...more,
  } as Ask
}

function targetOf(
  more: { extraBody?: BodyPatch[]; wire?: Partial<ChatWire>; asks?: boolean } = {},
): Target {
  return {
    upstreamModel: 'up/"stream"',
    extraBody: more.extraBody ?? [],
    wires: { chat: { ...openaiChat, ...more.wire } },
    provider: {
      quirks: { asksForUsage: more.asks ?? true },
    },
  } as unknown as Target
}

const outgoing = (ask: Ask, target = targetOf()) => {
  const { chat } = target.wires
  if (!chat) throw new Error('no wire')
  return bodyFor(ask, target, chat)
}
const sent = (ask: Ask, target = targetOf()) => outgoing(ask, target).bytes.toString()

test('changes the model and no other byte', () => {
  const body =
    '{ "messages" : [ {"role":"user","content":"\\u00e9 1.0"} ],\t"model" : "mö" , "n":1.0 }'
  expect(sent(askOf(body))).toBe(body.replace('"mö"', String.raw`"up/\"stream\""`))
})

const withoutSecret = ({ secret: _secret, ...json }: JsonObject) => json

test('what a format’s model would refuse of others is left out, and named', () => {
  const body = '{ "model" : "m", "secret":1, "n":1.0 }'
  const { bytes, dropped } = outgoing(askOf(body), targetOf({ wire: { tidied: withoutSecret } }))
  expect(JSON.parse(bytes.toString())).toEqual({ model: 'up/"stream"', n: 1 })
  expect(dropped).toEqual(['earlier reasoning of another provider'])
})

function adapting(adapt: (json: JsonObject) => JsonObject): Target {
  const target = targetOf()
  return { ...target, provider: { ...target.provider, adapt } }
}

test('a provider that has nothing to change leaves every byte; one that has changes its own alone', () => {
  const body = '{ "model" : "m", "n":1.0 }'
  const model = String.raw`"up/\"stream\""`
  expect(
    sent(
      askOf(body),
      adapting((json) => json),
    ),
  ).toBe(body.replace('"m"', model))
  const more = adapting((json) => ({ ...json, own: true }))
  expect(sent(askOf(body), more)).toBe(`{"model":${model},"n":1,"own":true}`)
  const elsewhere = adapting(({ model: _model, ...json }) => json)
  expect(sent(askOf(body), elsewhere)).toBe('{"n":1}')
})

test.each([
  ['stands twice', '{"messages":[{"model":"m"}],"model":"m"}'],
  ['stands in a text', String.raw`{"messages":[{"content":"\"model\":\"m\""}],"model":"m"}`],
  ['is written with escapes', String.raw`{"model":"\u006d"}`],
  ['has its key written with escapes', String.raw`{"mod\u0065l":"m","x":"model"}`],
  ['has a name that is a key', '{"user":"model","model":"m"}'],
])('finds the model where it %s', (_, body) => {
  const expected = { ...(JSON.parse(body) as object), model: 'up/"stream"' }
  expect(JSON.parse(sent(askOf(body)))).toEqual(expected)
})

test('any body says the same but for its model', () => {
  const rest = fc.dictionary(fc.constantFrom('a', 'model ', 'messages', '"model"'), fc.jsonValue())
  fc.assert(
    fc.property(
      rest,
      rest,
      fc.string({ minLength: 1 }),
      fc.nat({ max: 2 }),
      (before, after, model, indent) => {
        const body = { ...before, model, ...after }
        const text = JSON.stringify(body, null, indent)
        expect(JSON.parse(sent(askOf(text)))).toEqual(
          JSON.parse(JSON.stringify({ ...body, model: 'up/"stream"' })),
        )
      },
    ),
  )
})

test('asks for usage in a stream where the client did not', () => {
  const { bytes, addedUsage } = outgoing(askOf('{"model":"m","stream":true}'))
  expect(addedUsage).toBe(true)
  expect(JSON.parse(bytes.toString())).toEqual({
    model: 'up/"stream"',
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('adds to the options the client gave', () => {
  const ask = askOf('{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1}}')
  expect(JSON.parse(sent(ask))).toMatchObject({ stream_options: { include_usage: true, x: 1 } })
})

test.each<[string, string, Partial<Ask>, boolean]>([
  ['the client asked', '{"model":"m","stream":true}', { wantsUsage: true }, true],
  ['there is no stream', '{"model":"m"}', {}, true],
  ['the provider tells anyway', '{"model":"m","stream":true}', {}, false],
])('does not ask for usage where %s', (_, body, more, asks) => {
  const made = outgoing(askOf(body, more), targetOf({ asks }))
  expect(made.addedUsage).toBe(false)
  expect(JSON.parse(made.bytes.toString())).not.toHaveProperty('stream_options')
})

test('patches the body, the provider’s first and the request’s after them', () => {
  const target = targetOf({
    extraBody: [
      { pointer: '/a/b', value: 1 },
      { pointer: '/temperature', delete: true },
      { pointer: '/x', value: 'config' },
    ],
  })
  const ask = askOf('{"model":"m","temperature":1}', {
    extraBody: [{ pointer: '/x', value: 'request' }],
  })
  expect(JSON.parse(sent(ask, target))).toEqual({ model: 'up/"stream"', a: { b: 1 }, x: 'request' })
})

test('what was taken out of the body stays out', () => {
  const ask = askOf('{"model":"m","tensorzero::tags":{}}', {
    verbatim: false,
    json: { model: 'm' },
  })
  expect(JSON.parse(sent(ask))).toEqual({ model: 'up/"stream"' })
})

test('another wire gets our nouns in its words, and says what it dropped', () => {
  const wire: Partial<ChatWire> = {
    name: 'another' as ChatWire['name'],
    encode: (chat, target) => ({
      body: { t: chat.params.temperature ?? 0, to: target.model },
      dropped: ['x'],
    }),
  }
  const { bytes, dropped } = outgoing(askOf('{"model":"m"}'), targetOf({ wire }))
  expect(JSON.parse(bytes.toString())).toEqual({ t: 1, to: 'up/"stream"' })
  expect(dropped).toEqual(['x'])
})

test.each([
  ['OpenAI itself', openai.apiBase, false],
  ['another server of its API', 'https://other.test/v1/', true],
])('a signature of Gemini for %s', (_, apiBase, told) => {
  const call = { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', signature: 's' } as const
  const ask = askOf('{"model":"m"}', {
    wire: 'gemini',
    encodeFor: ({ wires, quirks }, to) => {
      const messages = [{ role: 'assistant', content: [call] }] as const
      return wires.chat?.encode({ messages, tools: [], params: {}, extra: {} }, to, quirks) ?? null
    },
  })
  const target = { ...targetOf(), provider: openai, apiBase, options: {} } as Target
  const { messages } = JSON.parse(sent(ask, target)) as { messages: JsonObject[] }
  expect(messages).toMatchObject([{ tool_calls: [{ id: 'c' }] }])
  expect(JSON.stringify(messages).includes('extra_content')).toBe(told)
})
