import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { say, startNative } from '../support/native.ts'
import { completion, reply, startUpstream } from '../support/upstream.ts'

const PDF = 'JVBERi0xLjQK'
const WAV = 'UklGRiQAAABXQVZF'

const MESSAGE =
  '{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}'

const NEWS = { type: 'news', of: 'tomorrow' }

/** A stream with a block that nobody knows yet. */
const STREAM = [
  { type: 'message_start', message: { type: 'message', content: [], usage: { input_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: NEWS },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('')

const upstream = await startUpstream(({ path, body }) => {
  if (path.includes('broken')) return reply(500, '{"error":{"message":"It broke."}}')
  if (!path.includes('messages')) return reply(200, completion('Hello'))
  if (!body.includes('"stream":true')) return reply(200, MESSAGE)
  return reply(200, STREAM, { 'content-type': 'text/event-stream' })
})

const provider = (type: string, more = '', base = upstream.base) =>
  `{ type = "${type}", model_name = "x", api_base = "${base}", api_key_location = "none"${more} }`
const TOML = `
object_storage.type = "disabled"
[models.files]
routing = ["p"]
[models.files.providers]
p = ${provider('openai', ', content_type_overrides = { "application/pdf" = "image_url", "audio/wav" = "file" }')}
[models.plain]
routing = ["p"]
[models.plain.providers]
p = ${provider('openai')}
[models.filtered]
routing = ["p"]
[models.filtered.providers]
p = ${provider('mistral')}
[models.claude]
routing = ["p"]
[models.claude.providers]
p = ${provider('anthropic')}
[models.quiet]
routing = ["p"]
[models.quiet.providers]
p = ${provider('anthropic', ', discard_unknown_chunks = true')}
[models.broken]
routing = ["p"]
[models.broken.providers]
p = ${provider('openai', '', `${upstream.base}broken/`)}
[tools.look]
description = "Look."
parameters = {{tool.json}}
[tools.hear]
description = "Hear."
parameters = {{tool.json}}
[functions.sense]
type = "chat"
tools = ["look", "hear"]
variants.plain = { type = "chat_completion", model = "plain" }
variants.filtered = { type = "chat_completion", model = "filtered" }
`
const FILES = { 'tool.json': '{"type":"object","properties":{},"required":[]}' }
const native = await startNative(TOML, FILES)
const debugging = await startNative(`gateway.debug = true${TOML}`, FILES)
afterAll(async () => {
  await native[Symbol.asyncDispose]()
  await debugging[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const lastBody = () => JSON.parse(upstream.requests.at(-1)?.body ?? '') as JsonObject

test.each<[string, string, object, object]>([
  [
    'F175 a file of an overridden type goes as the configuration says',
    'files',
    { mime_type: 'application/pdf', data: PDF },
    { type: 'image_url', image_url: { url: `data:application/pdf;base64,${PDF}` } },
  ],
  [
    'F175 so does a sound',
    'files',
    { mime_type: 'audio/wav', data: WAV },
    { type: 'file', file: { filename: 'file', file_data: `data:audio/wav;base64,${WAV}` } },
  ],
  [
    'F175 another goes as ever',
    'files',
    { mime_type: 'image/png', data: PDF },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PDF}` } },
  ],
  [
    'F175 without overrides a document is a file',
    'plain',
    { mime_type: 'application/pdf', data: PDF, filename: 'a.pdf' },
    { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
  ],
])('%s', async (_, model, file, expected) => {
  const input = say([{ type: 'file', file_type: 'base64', ...file }])
  const { status } = await native.infer({ model_name: model, input })
  expect(status).toBe(200)
  expect(lastBody()['messages']).toEqual([{ role: 'user', content: [expected] }])
})

const namesIn = (body: JsonObject) =>
  (body['tools'] as { function: { name: string } }[]).map((tool) => tool.function.name)

test.each<[string, string, readonly string[], unknown]>([
  [
    'F168 allowed tools are named to a provider that knows of them',
    'plain',
    ['look', 'hear'],
    {
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'look' } }] },
    },
  ],
  ['F168 a provider that does not gets no others', 'filtered', ['look'], 'auto'],
])('%s', async (_, variant, names, choice) => {
  const target = { function_name: 'sense', variant_name: variant }
  const { status } = await native.infer({ ...target, allowed_tools: ['look'], input: say() })
  expect(status).toBe(200)
  expect(namesIn(lastBody())).toEqual(names)
  expect(lastBody()['tool_choice'] ?? 'auto').toEqual(choice)
})

test('F121 tools that the provider runs come with a request of the OpenAI dialect', async () => {
  const search = { type: 'web_search_20250305', name: 'web_search' }
  const ask = (scope: object) =>
    native.chat({
      model: 'tensorzero::model_name::claude',
      messages: [{ role: 'user', content: 'Hi' }],
      'tensorzero::provider_tools': [{ ...scope, tool: search }],
    })
  expect((await ask({})).status).toBe(200)
  expect(lastBody()['tools']).toEqual([search])
  expect((await ask({ scope: { model_name: 'claude', provider_name: 'p' } })).status).toBe(200)
  expect(lastBody()['tools']).toEqual([search])
  expect((await ask({ scope: { model_name: 'other' } })).status).toBe(200)
  expect(lastBody()).not.toHaveProperty('tools')
})

function contentOf(events: readonly (JsonObject | '[DONE]')[]): JsonObject[] {
  return events.flatMap((event) => (event === '[DONE]' ? [] : (event['content'] as JsonObject[])))
}

test('F177 pieces of a stream that are not known are passed on, or discarded', async () => {
  const ask = (model: string) => native.stream({ model_name: model, input: say() })
  const passed = contentOf(await ask('claude'))
  expect(passed).toMatchObject([
    { type: 'unknown', data: NEWS },
    { type: 'text', text: 'Hello' },
  ])
  const { length } = native.gateway.records
  const kept = contentOf(await ask('quiet'))
  expect(kept).toMatchObject([{ type: 'text', text: 'Hello' }])
  const { warnings, output } = await native.gateway.record(length)
  expect(warnings).toEqual(['provider p sent pieces that are not known: discarded'])
  expect(output).toMatchObject([{ type: 'text', text: 'Hello' }])
})

test('F049 with `gateway.debug`, errors tell the raw request and the raw answer', async () => {
  const ask = { model_name: 'broken', input: say('What is it?') }
  const quiet = await native.infer(ask)
  expect(quiet.status).toBe(502)
  expect(quiet.json['error']).toContain('It broke.')
  expect(quiet.json['error']).not.toContain('Raw request')
  const { json } = await debugging.infer(ask)
  expect(json['error']).toMatch(/Raw request: \{.*What is it\?/)
  expect(json['error']).toContain('Raw response: {"error":{"message":"It broke."}}')
})
