import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { startNative } from '../support/native.ts'

const native = await startNative(
  `
object_storage.type = "disabled"
[functions.echo]
type = "chat"
variants.a = { type = "chat_completion", model = "dummy::echo_request_messages" }
[functions.typed]
type = "chat"
schemas.system.path = {{schema.json}}
schemas.user.path = {{schema.json}}
[functions.typed.variants.a]
type = "chat_completion"
model = "dummy::echo_request_messages"
templates.system.path = {{system.minijinja}}
templates.user.path = {{user.minijinja}}
`,
  {
    'schema.json': '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}',
    'system.minijinja': 'System {{ a }}',
    'user.minijinja': 'User {{ a }}',
  },
)
afterAll(() => native[Symbol.asyncDispose]())

const ECHO = 'tensorzero::function_name::echo'
const TYPED = 'tensorzero::function_name::typed'

/** What the model was told. */
async function told(model: string, messages: unknown[]): Promise<JsonObject> {
  const { json } = await native.chat({ model, messages })
  const [choice] = (json['choices'] ?? []) as [{ message: { content: string } }]
  return choice ? (JSON.parse(choice.message.content) as JsonObject) : json
}

const user = (content: unknown) => ({ role: 'user', content })
const system = (content: unknown) => ({ role: 'system', content })
const text = (said: string) => ({ type: 'text', text: said })
const PNG = 'iVBORw0KGgoAAAANSUhEUg=='
const WAV = Buffer.from('RIFF\0\0\0\0WAVEfmt ').toString('base64')

test.each([ECHO, 'tensorzero::model_name::dummy::echo_request_messages'])(
  'F098 system messages are joined and moved to the front: %s',
  async (model) => {
    const developer = { role: 'developer', content: [text('two'), text('three')] }
    expect(await told(model, [user('Hi'), system('one'), developer])).toEqual({
      system: 'one\ntwo\nthree',
      messages: [{ role: 'user', content: [text('Hi')] }],
    })
  },
)

test('F105 F106 F107 arguments go through templates, in each of the ways to write them', async () => {
  const ways = [
    { type: 'tensorzero::template', name: 'user', arguments: { a: '1' } },
    { type: 'text', 'tensorzero::arguments': { a: '1' } },
    { a: '1' },
  ]
  for (const way of ways) {
    const front = { ...way, ...('name' in way && { name: 'system' }) }
    expect(await told(TYPED, [system([front]), user([way])])).toEqual({
      system: 'System 1',
      messages: [{ role: 'user', content: [text('User 1')] }],
    })
  }
})

test('F104 raw text passes schema and template by', async () => {
  const raw = { type: 'tensorzero::raw_text', value: 'as it is' }
  const { messages } = await told(TYPED, [
    system([{ type: 'tensorzero::template', name: 'system', arguments: { a: '1' } }]),
    user([raw]),
  ])
  expect(messages).toEqual([{ role: 'user', content: [text('as it is')] }])
})

test('F101 F102 F103 images, files and recordings arrive with their types', async () => {
  const { messages } = await told(ECHO, [
    user([
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      {
        type: 'file',
        file: { file_data: 'data:application/pdf;base64,JVBERg==', filename: 'a.pdf' },
      },
      { type: 'input_audio', input_audio: { data: WAV, format: 'mp3' } },
    ]),
  ])
  expect(messages).toMatchObject([
    {
      content: [
        { type: 'file', Base64: { mime_type: 'image/png', data: PNG, detail: 'low' } },
        { type: 'file', Url: { file_url: { url: 'https://example.com/a.png' } } },
        { type: 'file', Base64: { mime_type: 'application/pdf', filename: 'a.pdf' } },
        { type: 'file', Base64: { mime_type: 'audio/x-wav', data: WAV } },
      ],
    },
  ])
})

const call = (id: string, name: string) => ({
  id,
  type: 'function',
  function: { name, arguments: '{}' },
})

test('F099 F100 calls are read, and results that follow each other are one message', async () => {
  const { messages } = await told(ECHO, [
    user('Hi'),
    { role: 'assistant', content: null, tool_calls: [call('1', 'one'), call('2', 'two')] },
    { role: 'tool', tool_call_id: '1', content: 'uno' },
    { role: 'tool', tool_call_id: '2', content: [text('due')] },
  ])
  expect(messages).toMatchObject([
    {},
    {
      role: 'assistant',
      content: [
        { type: 'tool_call', id: '1' },
        { id: '2', name: 'two' },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', name: 'one', result: 'uno', id: '1' },
        { type: 'tool_result', name: 'two', result: 'due', id: '2' },
      ],
    },
  ])
})

test('F123 thoughts come back to where they were', async () => {
  const first = await native.chat({
    model: 'tensorzero::model_name::dummy::reasoner_with_signature',
    messages: [user('Hi')],
  })
  const [{ message }] = first.json['choices'] as [{ message: JsonObject }]
  expect(message['tensorzero_extra_content']).toMatchObject([
    { type: 'thought', insert_index: 0, text: 'hmmm', signature: 'my_signature' },
  ])
  const { messages } = await told(ECHO, [user('Hi'), message, user('Go on')])
  expect(messages).toMatchObject([
    {},
    { role: 'assistant', content: [{ type: 'thought', text: 'hmmm' }, { type: 'text' }] },
    {},
  ])
})

test('F095 F123 thoughts in a stream have their place among the blocks', async () => {
  const events = await native.chatStream({
    model: 'tensorzero::model_name::dummy::reasoner',
    messages: [user('Hi')],
  })
  const deltas = (events.slice(0, -1) as { choices: { delta: JsonObject }[] }[]).map(
    ({ choices }) => choices[0]?.delta ?? {},
  )
  expect(deltas[0]).toMatchObject({
    role: 'assistant',
    tensorzero_extra_content: [{ type: 'thought', insert_index: 0, text: 'hmmm' }],
  })
  expect(deltas.filter((delta) => 'role' in delta)).toHaveLength(1)
  expect(deltas[2]).toEqual({ content: 'The' })
  expect(deltas.at(-1)).toEqual({})
})

const INVALID = 'Invalid request to OpenAI-compatible endpoint: '

test.each<[string, unknown[], string]>([
  [
    'F098 a picture in a system message',
    [system([{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }])],
    'System message must contain only text or template content blocks',
  ],
  [
    'F098 a template after a text',
    [system('x'), system([{ type: 'tensorzero::template', name: 'system', arguments: {} }])],
    'System message cannot contain template with other content',
  ],
  [
    'F098 a text after a template',
    [system([{ type: 'tensorzero::template', name: 'system', arguments: {} }, text('x')])],
    'Cannot add text after template system message',
  ],
  [
    'F099 a result of no call',
    [user('Hi'), { role: 'tool', tool_call_id: '9', content: 'x' }],
    'tool call id not found',
  ],
  [
    'F098 a message of nobody',
    [{ role: 'x', content: 'Hi' }],
    'unknown variant `x`, expected one of `system`, `developer`, `user`, `assistant`, `tool`',
  ],
  ['F098 a message without a role', [{ content: 'Hi' }], 'missing field `role`'],
  [
    'F101 an image that is no base64',
    [user([{ type: 'image_url', image_url: { url: 'data:image/png,abc' } }])],
    'but got a value without the `;base64,` separator.',
  ],
  [
    'F102 a file that is no data URL',
    [user([{ type: 'file', file: { file_data: 'abc' } }])],
    'but got a value without the `data:` prefix.',
  ],
  [
    'F103 a recording that is a picture',
    [user([{ type: 'input_audio', input_audio: { data: PNG, format: 'wav' } }])],
    'Expected audio file for input_audio, but detected image/png (type: image)',
  ],
  [
    'F103 a recording of nothing',
    [user([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }])],
    'Could not detect audio format from file content. Format field was: wav',
  ],
  [
    'F107 a block of no kind',
    [user([{ type: 'x' }])],
    'Invalid content block: unknown variant `x`',
  ],
  [
    'F105 a block of ours that is wrong',
    [user([{ type: 'text', text: 'x', 'tensorzero::arguments': {} }])],
    'Invalid TensorZero content block: Only one of `text` or `tensorzero::arguments` can be set',
  ],
])('%s is refused', async (_, messages, message) => {
  const { status, json } = await native.chat({ model: ECHO, messages })
  expect(status).toBe(400)
  const { error } = json as { error: { message: string } }
  expect(error.message).toContain(INVALID)
  expect(error.message).toContain(message)
})
