import { expect, test } from 'vitest'
import { asString, type JsonObject } from '../src/lib/json.ts'
import { readEvents } from '../src/lib/sse.ts'
import { providers } from '../src/providers/index.ts'
import { startGateway } from './support/gateway.ts'
import { reply, startUpstream } from './support/upstream.ts'

type Format = 'chat' | 'messages' | 'gemini' | 'converse' | 'cohere' | 'ollama'

/** A short answer in each format, as its vendor documents it: whole, and the data of its stream. */
const ANSWERS: Readonly<Record<Format, { whole: JsonObject; stream: readonly JsonObject[] }>> = {
  chat: {
    whole: { choices: [{ index: 0, message: { content: 'Yes.' }, finish_reason: 'stop' }] },
    stream: [
      { choices: [{ index: 0, delta: { role: 'assistant', content: 'Yes' } }] },
      { choices: [{ index: 0, delta: { content: '.' }, finish_reason: 'stop' }] },
    ],
  },
  messages: {
    whole: { type: 'message', content: [{ type: 'text', text: 'Yes.' }], stop_reason: 'end_turn' },
    stream: [
      { type: 'message_start', message: { type: 'message', content: [] } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Yes.' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ],
  },
  gemini: {
    whole: { candidates: [{ content: { parts: [{ text: 'Yes.' }] }, finishReason: 'STOP' }] },
    stream: [
      { candidates: [{ content: { parts: [{ text: 'Yes' }] } }] },
      { candidates: [{ content: { parts: [{ text: '.' }] }, finishReason: 'STOP' }] },
    ],
  },
  converse: {
    whole: { output: { message: { content: [{ text: 'Yes.' }] } }, stopReason: 'end_turn' },
    stream: [],
  },
  cohere: {
    whole: { message: { content: [{ type: 'text', text: 'Yes.' }] }, finish_reason: 'COMPLETE' },
    stream: [
      {
        type: 'content-start',
        index: 0,
        delta: { message: { content: { type: 'text', text: '' } } },
      },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Yes.' } } } },
      { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
    ],
  },
  ollama: {
    whole: { message: { content: 'Yes.' }, done: true, done_reason: 'stop' },
    stream: [
      { message: { content: 'Yes' }, done: false },
      { message: { content: '.' }, done: true, done_reason: 'stop' },
    ],
  },
}

const AWS = 'region = "us-east-1"\naccess_key_id = "env::KEY"\nsecret_access_key = "env::KEY"'
const GCP = 'location = "us-east5"\nproject_id = "p"\nmodel_id = "up"\ncredential_location = "none"'
const KEY = 'api_key_location = "env::KEY"'

interface Case {
  readonly format: Format
  readonly path: string
  /** Its configuration; absent: a model's name, an address and a key. */
  readonly toml?: (base: string) => string
  readonly header?: readonly [string, string | RegExp]
}

const CHAT: Case = { format: 'chat', path: 'chat/completions' }
const signed = ['authorization', /^AWS4-HMAC-SHA256 /] as const
const vertex = 'projects/p/locations/us-east5/publishers'

/** Every provider that is called over the network, and where and as whom. */
const CASES: Readonly<Record<string, Case>> = {
  anthropic: { format: 'messages', path: 'messages', header: ['x-api-key', 'secret'] },
  aws_bedrock: {
    format: 'converse',
    path: 'model/up/converse',
    toml: (base) => `model_id = "up"\nendpoint_url = "${base}"\n${AWS}`,
    header: signed,
  },
  aws_sagemaker: {
    format: 'chat',
    path: 'endpoints/e/invocations',
    toml: (base) =>
      `endpoint_name = "e"\nmodel_name = "up"\nhosted_provider = "openai"\nendpoint_url = "${base}"\n${AWS}`,
    header: signed,
  },
  azure: {
    format: 'chat',
    path: 'openai/deployments/up/chat/completions?api-version=2025-04-01-preview',
    toml: (base) => `deployment_id = "up"\nendpoint = "${base}"\n${KEY}`,
    header: ['api-key', 'secret'],
  },
  cerebras: CHAT,
  cohere: { format: 'cohere', path: 'chat' },
  deepseek: CHAT,
  fireworks: CHAT,
  gcp_vertex_anthropic: {
    format: 'messages',
    path: `${vertex}/anthropic/models/up:rawPredict`,
    toml: (base) => `api_base = "${base}"\n${GCP}`,
  },
  gcp_vertex_gemini: {
    format: 'gemini',
    path: `${vertex}/google/models/up:generateContent`,
    toml: (base) => `api_base = "${base}"\n${GCP}`,
  },
  google_ai_studio_gemini: {
    format: 'gemini',
    path: 'models/up:generateContent',
    header: ['x-goog-api-key', 'secret'],
  },
  groq: CHAT,
  huggingface: CHAT,
  hyperbolic: CHAT,
  llamacpp: CHAT,
  mistral: CHAT,
  moonshot: CHAT,
  ollama: { format: 'ollama', path: 'api/chat' },
  openai: CHAT,
  openrouter: CHAT,
  perplexity: CHAT,
  sglang: CHAT,
  tgi: CHAT,
  together: CHAT,
  vllm: CHAT,
  xai: CHAT,
  zai: CHAT,
}

function tomlOf(type: string, { toml }: Case, origin: string): string {
  const base = `${origin}${type}/`
  const own = toml?.(base) ?? `model_name = "up"\napi_base = "${base}"\n${KEY}`
  return `[models.${type}]\nrouting = ["p"]\n[models.${type}.providers.p]\ntype = "${type}"\n${own}\n`
}

function answerTo(path: string, body: string) {
  const type = path.split('/')[2] ?? ''
  const { format } = CASES[type] ?? CHAT
  const { whole, stream } = ANSWERS[format]
  const streams = body.includes('"stream":true') || path.includes('stream')
  if (!streams || stream.length === 0) return reply(200, JSON.stringify(whole))
  if (format === 'ollama') {
    const lines = stream.map((line) => `${JSON.stringify(line)}\n`).join('')
    return reply(200, lines, { 'content-type': 'application/x-ndjson' })
  }
  const events = stream.map(
    (data) => `event: ${asString(data['type']) ?? 'message'}\ndata: ${JSON.stringify(data)}\n\n`,
  )
  const done = format === 'chat' ? 'data: [DONE]\n\n' : ''
  return reply(200, events.join('') + done, { 'content-type': 'text/event-stream' })
}

function textIn(events: string): string {
  return readEvents(Buffer.from(events))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices)
    .map(([choice]) => choice?.delta.content ?? '')
    .join('')
}

test('every provider is here', () => {
  const scripted = new Set(['demo', 'dummy'])
  const types = providers.map(({ type }) => type).filter((type) => !scripted.has(type))
  expect(Object.keys(CASES)).toEqual(types)
})

test('every provider answers, whole and streamed, at its own address and with its own key', async () => {
  await using upstream = await startUpstream(({ path, body }) => answerTo(path, body))
  const toml = Object.entries(CASES).map(([type, each]) => tomlOf(type, each, upstream.base))
  await using gateway = await startGateway(toml.join(''), { KEY: 'secret' })
  const messages = [{ role: 'user', content: 'Is it so?' }]
  for (const [type, { path, header, toml: own }] of Object.entries(CASES)) {
    const whole = await gateway.chat({ model: type, messages })
    const said: unknown = await whole.json()
    expect(said, type).toMatchObject({ choices: [{ message: { content: 'Yes.' } }] })
    const seen = upstream.requests.at(-1)
    expect(seen?.path).toBe(`/v1/${type}/${path}`)
    const [name, value] = header ?? ['authorization', 'Bearer secret']
    if (header ?? !own) expect(seen?.headers[name], type).toMatch(value)
    if (type.startsWith('aws_')) continue
    const streamed = await gateway.chat({ model: type, messages, stream: true })
    expect(textIn(await streamed.text()), type).toBe('Yes.')
  }
})
