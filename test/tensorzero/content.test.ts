import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { say, startNative } from '../support/native.ts'

const native = await startNative(`
object_storage.type = "disabled"
[models.echo]
routing = ["one"]
providers.one = { type = "dummy", model_name = "echo_request_messages" }
[functions.echo]
type = "chat"
variants.a = { type = "chat_completion", model = "echo" }
`)
afterAll(() => native[Symbol.asyncDispose]())

/** The blocks that the model was told. */
async function told(content: readonly object[], role = 'user'): Promise<JsonObject[]> {
  const input = { messages: [{ role, content }] }
  const { json } = await native.infer({ function_name: 'echo', input })
  const [{ text } = { text: JSON.stringify(json) }] = (json['content'] ?? []) as { text: string }[]
  const { messages } = JSON.parse(text) as { messages: { content: JsonObject[] }[] }
  return messages.flatMap((message) => message.content)
}

const PNG = 'iVBORw0KGgoAAAANSUhEUg=='
const PATH =
  'observability/files/69bda75ae175ffb175291d1b6d801518e69ceb7d5b613d9b7e7bbe80f455dd69.png'
const IMAGE = {
  type: 'file',
  Base64: {
    source_url: null,
    mime_type: 'image/png',
    storage_path: { kind: { type: 'disabled' }, path: PATH },
    data: PNG,
  },
}
const link = (more: object) => {
  const url = 'https://example.com/a.png'
  return { type: 'file', Url: { file_url: { url, mime_type: null, filename: null, ...more } } }
}

test('F129 texts, also raw ones, arrive', async () => {
  const blocks = [
    { type: 'text', text: 'one' },
    { type: 'raw_text', value: 'two' },
  ]
  expect(await told(blocks)).toEqual([
    { type: 'text', text: 'one' },
    { type: 'text', text: 'two' },
  ])
})

test.each([
  ['with a table', { name: 'f', arguments: { a: 1 } }, '{"a":1}'],
  ['with a text', { name: 'f', arguments: '{"a": 1}' }, '{"a": 1}'],
  [
    'as it was given out',
    { raw_name: 'f', raw_arguments: '{"a":', name: null, arguments: null },
    '{"a":',
  ],
])('F130 a call comes back %s', async (_, call, args) => {
  const blocks = await told([{ type: 'tool_call', id: '1', ...call }], 'assistant')
  expect(blocks).toEqual([{ type: 'tool_call', id: '1', name: 'f', arguments: args }])
})

test('F130 a result comes back', async () => {
  const result = { type: 'tool_result', id: '1', name: 'f', result: 'fine' }
  expect(await told([result])).toEqual([result])
})

test.each([
  [undefined, true],
  ['dummy', true],
  ['anthropic', false],
])('F131 a thought of %s reaches whom it may', async (provider, reaches) => {
  const thought = { type: 'thought', text: 'hmm', signature: 's', provider_type: provider }
  const blocks = await told([thought, { type: 'text', text: 'x' }], 'assistant')
  expect(blocks).toEqual([...(reaches ? [thought] : []), { type: 'text', text: 'x' }])
})

test('F131 thoughts may be of the user, and without text', async () => {
  const thought = { type: 'thought', text: null, signature: 's' }
  expect(await told([{ type: 'thought', signature: 's' }])).toEqual([thought])
})

test.each<[string, object, boolean]>([
  ['nobody in particular', {}, true],
  ['the model', { model_name: 'echo' }, true],
  ['the provider', { model_name: 'echo', provider_name: 'one' }, true],
  ['another model', { model_name: 'other' }, false],
  ['another provider', { model_name: 'echo', provider_name: 'two' }, false],
])('F132 an unknown block for %s', async (_, scope, reaches) => {
  const unknown = { type: 'unknown', data: { type: 'special', x: 1 }, ...scope }
  const blocks = await told([unknown, { type: 'text', text: 'x' }])
  expect(blocks).toEqual([...(reaches ? [unknown] : []), { type: 'text', text: 'x' }])
})

test('F132 an unknown block for the provider, named in full', async () => {
  const unknown = { type: 'unknown', data: 1 }
  const name = 'tensorzero::model_name::echo::provider_name::one'
  const blocks = await told([{ ...unknown, model_provider_name: name }])
  expect(blocks).toEqual([{ ...unknown, model_name: 'echo', provider_name: 'one' }])
})

test.each<[string, object, object]>([
  ['F133 as data', { type: 'file', file_type: 'base64', data: PNG, mime_type: 'image/png' }, IMAGE],
  ['F133 as data of an unsaid type', { type: 'file', file_type: 'base64', data: PNG }, IMAGE],
  [
    'F133 by address',
    { type: 'file', file_type: 'url', url: 'https://example.com/a.png', detail: 'low' },
    link({ detail: 'low' }),
  ],
  ['F134 as an image', { type: 'image', mime_type: 'image/png', data: PNG }, IMAGE],
  ['F134 by address without a kind', { type: 'image', url: 'https://example.com/a.png' }, link({})],
])('%s a file arrives', async (_, file, expected) => {
  expect(await told([file])).toEqual([expected])
})

test.each([
  ['no type in it', { file_type: 'base64', data: 'AAAA' }, 'unable to infer from data'],
  ['a data URL in it', { file_type: 'base64', data: 'data:x' }, 'must not contain `data:` prefix'],
  ['no address', { file_type: 'url' }, 'missing field `url`'],
  ['half an address', { file_type: 'url', url: 'a.png' }, 'relative URL without a base'],
  ['a detail of its own', { data: PNG, detail: 'fine' }, 'unknown variant `fine`, expected one of'],
])('F133 a file with %s is refused', async (_, file, message) => {
  const input = say([{ type: 'file', ...file }])
  const { status, json } = await native.infer({ function_name: 'echo', input })
  expect(json['error']).toContain(message)
  expect(status).toBe(400)
})
