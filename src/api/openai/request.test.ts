import { expect, test } from 'vitest'
import type { Ask } from '../../engine/ask.ts'
import { decodeChat } from './decode.ts'
import { errorOf, requestOf } from './operations/fixtures/request.ts'
import { readChatRequest } from './request.ts'

const read = (...given: Parameters<typeof requestOf>): Ask => readChatRequest(requestOf(...given))
const refused = (...given: Parameters<typeof requestOf>) => errorOf(() => read(...given))

const messages = [{ role: 'user', content: 'hi' }]
const UUID = '01890a5d-ac96-774b-bcce-b302099a8057'

test('reads what a request asks for', () => {
  expect(read({ model: 'm', messages })).toMatchObject({
    dialect: 'openai.chat',
    requestedModel: 'm',
    model: 'm',
    relay: true,
    stream: false,
    wantsUsage: true,
    verbatim: true,
    episodeId: null,
  })
  expect(read({ model: 'm', messages, stream: true })).toMatchObject({
    stream: true,
    wantsUsage: false,
  })
  const options = { include_usage: true }
  expect(read({ model: 'm', messages, stream: true, stream_options: options }).wantsUsage).toBe(
    true,
  )
  expect(read({ model: 'm', messages, stream: null, stream_options: null }).stream).toBe(false)
})

test('a name with the prefix is answered in the other shape', () => {
  expect(read({ model: 'tensorzero::model_name::a::b', messages })).toMatchObject({
    requestedModel: 'tensorzero::model_name::a::b',
    model: 'a::b',
    relay: false,
    verbatim: true,
  })
  expect(refused({ model: 'tensorzero::model_name::', messages })).toMatchObject({ status: 400 })
  expect(read({ model: 'tensorzero::function_name::f', messages })).toMatchObject({
    model: 'f',
    relay: false,
    task: { functionName: 'f', input: { messages: [{ role: 'user' }] } },
  })
  expect(refused({ model: 'tensorzero::function_name::', messages })).toMatchObject({
    status: 400,
    context: { param: 'model' },
  })
})

test('keeps the bytes as they came', () => {
  const body = '{ "model" : "m",\n "messages":[{"role":"user","content":"\\u00e9"}] }'
  const ask = read(body)
  expect(ask.body.toString()).toBe(body)
  expect(ask.verbatim).toBe(true)
})

const deep = (depth: number) =>
  `{"model":"m","messages":[{}],"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

test.each<[string, string | Buffer | object, string]>([
  ['nothing', '', 'is not JSON'],
  ['a list', '[]', 'must be a JSON object'],
  ['null', 'null', 'must be a JSON object'],
  ['a text', '"x"', 'must be a JSON object'],
  ['half a body', '{"model":"m"', 'is not JSON'],
  ['a byte order mark', '\uFEFF{"model":"m","messages":[{}]}', 'is not JSON'],
  ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), 'is not UTF-8'],
  ['text in another coding', Buffer.from('{"model":"é"}', 'latin1'), 'is not UTF-8'],
  ['no model', { messages }, '`model` is missing'],
  ['a model that is no text', { model: 1, messages }, '`model` is wrong'],
  ['an empty model', { model: '', messages }, '`model` is wrong'],
  ['no messages', { model: 'm' }, '`messages` is missing'],
  ['empty messages', { model: 'm', messages: [] }, '`messages` is wrong'],
  ['a message that is no object', { model: 'm', messages: ['hi'] }, '`messages.0` is wrong'],
  ['a stream that is a text', { model: 'm', messages, stream: 'true' }, '`stream` is wrong'],
  ['a stream that is a number', { model: 'm', messages, stream: 1 }, '`stream` is wrong'],
  ['too deep a nesting', deep(129), 'deeper than 128'],
  ['a nesting without end', deep(100_000), 'deeper than 128'],
  ['two models', '{"model":"a","messages":[{}],"model":"b"}', '`model` twice'],
  [
    'two models, one in disguise',
    '{"model":"a","messages":[{}],"mod\\u0065l":"b"}',
    '`model` twice',
  ],
  ['two streams', '{"model":"a","stream":true,"messages":[{}],"stream":false}', '`stream` twice'],
])('refuses %s', (_, body, message) => {
  const error = refused(body)
  expect(error.status).toBe(400)
  expect(error.message).toContain(message)
  expect(error.message).toMatch(/\.$/)
})

test('the field at fault is named', () => {
  expect(refused({ messages }).context.param).toBe('model')
  expect(refused({ model: 'm', messages: ['hi'] }).context.param).toBe('messages.0')
})

test('takes the deepest nesting that is allowed', () => {
  expect(read(deep(128)).model).toBe('m')
})

test('takes the words `model` and `stream` where they are no keys', () => {
  const body = {
    model: 'model',
    messages: [{ role: 'user', content: '"model" "stream"', model: 'x' }],
  }
  expect(read(body).model).toBe('model')
})

test('keys that name a prototype change nothing', () => {
  const body = `{"model":"m","messages":[{}],"__proto__":{"stream":true,"polluted":1},"constructor":{"prototype":{"polluted":1}},"tensorzero::tags":{"a":"b"}}`
  const ask = read(body)
  expect(ask.stream).toBe(false)
  expect('stream' in ask.json).toBe(false)
  expect(Object.keys(ask.json)).toContain('__proto__')
  expect('polluted' in {}).toBe(false)
  expect(decodeChat(ask.json).extra).toHaveProperty('constructor')
})

test('own keys are read and taken out', () => {
  const ask = read({
    model: 'm',
    messages,
    'tensorzero::tags': { user: 'u' },
    'tensorzero::credentials': { key: 'sk-123' },
    'tensorzero::cache_options': { enabled: 'on' },
  })
  expect(ask).toMatchObject({
    tags: { user: 'u' },
    verbatim: false,
    json: { model: 'm', messages },
  })
  expect(Object.keys(ask.json)).toEqual(['model', 'messages'])
  expect(ask.credentials.get('key')?.reveal()).toBe('sk-123')
  expect(ask.body.toString()).not.toContain('sk-123')
  expect(ask.cache).toEqual({ mode: 'on', maxAgeS: null })
  expect(ask.warnings).toEqual([])
})

test('own keys are found in disguise', () => {
  const ask = read('{"model":"m","messages":[{}],"tensorz\\u0065ro::credentials":{"key":"sk-123"}}')
  expect(ask.credentials.get('key')?.reveal()).toBe('sk-123')
  expect(ask.body.toString()).not.toContain('sk-123')
})

test('an episode may come as a key or as a header', () => {
  const header = { 'x-weir-episode-id': UUID }
  expect(read({ model: 'm', messages }, header).episodeId).toBe(UUID)
  expect(read({ model: 'm', messages, 'tensorzero::episode_id': UUID }).episodeId).toBe(UUID)
  expect(refused({ model: 'm', messages }, { 'x-weir-episode-id': 'x' }).status).toBe(400)
})

test('hears when the client goes', () => {
  const request = requestOf({ model: 'm', messages })
  expect(readChatRequest(request).gone).toBe(request.client.gone)
})
