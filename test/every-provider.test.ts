import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { totalInput, totalOutput } from '../src/domain/usage.ts'
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
      { choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } },
    ],
  },
  messages: {
    whole: { type: 'message', content: [{ type: 'text', text: 'Yes.' }], stop_reason: 'end_turn' },
    stream: [
      {
        type: 'message_start',
        message: { type: 'message', content: [], usage: { input_tokens: 7, output_tokens: 1 } },
      },
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
      {
        candidates: [{ content: { parts: [{ text: '.' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 },
      },
    ],
  },
  converse: {
    whole: { output: { message: { content: [{ text: 'Yes.' }] } }, stopReason: 'end_turn' },
    stream: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Yes.' } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } } },
    ],
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
      {
        type: 'message-end',
        delta: {
          finish_reason: 'COMPLETE',
          usage: { tokens: { input_tokens: 7, output_tokens: 2 } },
        },
      },
    ],
  },
  ollama: {
    whole: { message: { content: 'Yes.' }, done: true, done_reason: 'stop' },
    stream: [
      { message: { content: 'Yes' }, done: false },
      {
        message: { content: '.' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 7,
        eval_count: 2,
      },
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
  if (!streams) return reply(200, JSON.stringify(whole))
  if (type.startsWith('aws_')) {
    const frames = stream.map((event) => (format === 'chat' ? partOf(event) : frameOf(event)))
    const last = format === 'chat' ? [payloadPart('data: [DONE]\n\n')] : []
    const bytes = Buffer.concat([...frames, ...last])
    const head = `content-type: application/vnd.amazon.eventstream\r\ncontent-length: ${bytes.length}`
    return [{ send: `HTTP/1.1 200 OK\r\n${head}\r\n\r\n` }, { send: bytes }]
  }
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

/** An event of Converse: its name in the headers, the rest in the payload. */
function frameOf(event: JsonObject): Buffer {
  const [[name, payload] = ['', null]] = Object.entries(event)
  return awsFrame(name, JSON.stringify(payload))
}

/** SageMaker passes on what the model's own server sends, in parts. */
function partOf(event: JsonObject): Buffer {
  return payloadPart(`data: ${JSON.stringify(event)}\n\n`)
}

function payloadPart(text: string): Buffer {
  return awsFrame('PayloadPart', text)
}

/** Lengths, headers, payload, and a sum over each part of it. Source: AWS, event stream encoding. */
function awsFrame(event: string, payload: string): Buffer {
  const headers = Object.entries({ ':event-type': event, ':message-type': 'event' }).map(
    ([name, value]) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(Buffer.byteLength(value))
      const start = Buffer.from([Buffer.byteLength(name)])
      return Buffer.concat([start, Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)])
    },
  )
  const head = Buffer.concat(headers)
  const body = Buffer.from(payload)
  const lengths = uint32s(16 + head.length + body.length, head.length)
  const start = Buffer.concat([lengths, uint32s(crc32(lengths)), head, body])
  return Buffer.concat([start, uint32s(crc32(start))])
}

function uint32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
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

test('F144 F149 F165 every provider answers, whole and streamed with its usage, at its own address and with its own key', async () => {
  await using upstream = await startUpstream(({ path, body }) => answerTo(path, body))
  const toml = Object.entries(CASES).map(([type, each]) => tomlOf(type, each, upstream.base))
  await using gateway = await startGateway(toml.join(''), { KEY: 'secret' })
  const messages = [{ role: 'user', content: 'Is it so?' }]
  for (const [index, [type, { path, header, toml: own }]] of Object.entries(CASES).entries()) {
    const whole = await gateway.chat({ model: type, messages })
    const said: unknown = await whole.json()
    expect(said, type).toMatchObject({ choices: [{ message: { content: 'Yes.' } }] })
    const seen = upstream.requests.at(-1)
    expect(seen?.path).toBe(`/v1/${type}/${path}`)
    const [name, value] = header ?? ['authorization', 'Bearer secret']
    if (header ?? !own) expect(seen?.headers[name], type).toMatch(value)
    const streamed = await gateway.chat({ model: type, messages, stream: true })
    expect(textIn(await streamed.text()), type).toBe('Yes.')
    const { usage } = await gateway.record(2 * index + 1)
    expect(usage && [totalInput(usage), totalOutput(usage)], type).toEqual([7, 2])
  }
})
