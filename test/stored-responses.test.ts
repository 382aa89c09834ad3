import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { APIError } from 'openai'
import type { Response as ModelResponse } from 'openai/resources/responses/responses'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { startWeir, type WeirProcess } from './support/process.ts'
import { reply, type SeenRequest, startUpstream, streamed } from './support/upstream.ts'

const TOOL = {
  type: 'function' as const,
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
}
const THINKING = { type: 'thinking', thinking: 'I must look.', signature: 'c2lnbmVk' }

/** Claude calls the tool until it has a result. */
function claude({ body }: SeenRequest) {
  const knows = body.includes('tool_result')
  const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } }
  return reply(
    200,
    JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: knows ? [{ type: 'text', text: 'It rains.' }] : [THINKING, call],
      stop_reason: knows ? 'end_turn' : 'tool_use',
      usage: { input_tokens: 11, output_tokens: 5 },
    }),
  )
}

/** A provider of the Responses API, which keeps what it said under names of its own. */
function keeper({ body, number }: SeenRequest) {
  const request = JSON.parse(body) as { stream?: boolean; previous_response_id?: string }
  const response = {
    id: `resp_up${number}`,
    object: 'response',
    created_at: 5,
    status: 'completed',
    model: 'gpt',
    previous_response_id: request.previous_response_id ?? null,
    output: [
      {
        id: `msg_up${number}`,
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: `Answer ${number}.`, annotations: [] }],
      },
    ],
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
    only_here: 'kept',
  }
  if (!request.stream) return reply(200, JSON.stringify(response))
  const delta = { type: 'response.output_text.delta', output_index: 0, content_index: 0 }
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    { ...delta, item_id: `msg_up${number}`, delta: `Answer ${number}.` },
    { type: 'response.completed', response },
  ]
  return streamed(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
}

const folder = mkdtempSync(join(tmpdir(), 'weir-stored-'))
const anthropic = await startUpstream(claude)
const openai = await startUpstream(keeper)
const config = join(folder, 'weir.toml')
const CONFIG = `
[models.claude]
routing = ["p"]
providers.p = { type = "anthropic", model_name = "claude", api_base = "${anthropic.base}", api_key_location = "none" }
[models.gpt]
routing = ["p"]
providers.p = { type = "openai", api_type = "responses", model_name = "gpt", api_base = "${openai.base}", api_key_location = "none" }
`
writeFileSync(config, CONFIG)
afterAll(async () => {
  await anthropic[Symbol.asyncDispose]()
  await openai[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

let dataDir: string
let weir: WeirProcess
let client: OpenAI

beforeEach(async () => {
  dataDir = mkdtempSync(join(folder, 'data-'))
  await start()
})
afterEach(() => weir[Symbol.asyncDispose]())

async function start(file = config): Promise<void> {
  weir = await startWeir({ args: ['--config-file', file], dataDir })
  client = new OpenAI({ baseURL: `${weir.url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
}

async function restart(): Promise<void> {
  await weir.stop('SIGTERM')
  await start()
}

/** Without what the SDK adds. */
function plain({ output_text: _text, ...response }: ModelResponse) {
  return JSON.parse(JSON.stringify(response)) as Record<string, unknown>
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown: unknown) => (thrown instanceof APIError ? thrown : null),
  )
const lastBody = ({ requests }: typeof openai) =>
  JSON.parse(requests.at(-1)?.body ?? '{}') as Record<string, unknown>

async function threeTurns() {
  const ask = { model: 'claude', tools: [TOOL], reasoning: { effort: 'low' as const } }
  const first = await client.responses.create({
    ...ask,
    instructions: 'Be brief.',
    input: 'Weather in Bern?',
    metadata: { user: 'u1' },
  })
  const call = first.output.find((item) => item.type === 'function_call')
  const second = await client.responses.create({
    ...ask,
    previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: 'rain' }],
  })
  await restart()
  const third = await client.responses.create({
    ...ask,
    previous_response_id: second.id,
    input: 'Sure?',
  })
  return { first, second, third }
}

test('three turns with tools and signed thoughts on an Anthropic model, across a restart', async () => {
  const { first, second, third } = await threeTurns()
  expect(third.previous_response_id).toBe(second.id)
  expect(lastBody(anthropic)['system']).toBeUndefined()
  expect(lastBody(anthropic)).not.toHaveProperty('previous_response_id')
  expect(lastBody(anthropic)['messages']).toMatchObject([
    { role: 'user', content: [{ text: 'Weather in Bern?' }] },
    { role: 'assistant', content: [THINKING, { type: 'tool_use', id: 'toolu_1' }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] },
    { role: 'assistant', content: [{ text: 'It rains.' }] },
    { role: 'user', content: [{ text: 'Sure?' }] },
  ])
  for (const sent of [first, second, third]) {
    expect(plain(await client.responses.retrieve(sent.id))).toEqual(plain(sent))
  }
  expect(first).toMatchObject({ instructions: 'Be brief.', metadata: { user: 'u1' } })
})

test('input items come in pages, the turns before included', async () => {
  const { first, third } = await threeTurns()
  const own = await client.responses.inputItems.list(first.id)
  expect(own.data).toMatchObject([
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Weather in Bern?' }] },
  ])
  const types: unknown[] = []
  for await (const item of client.responses.inputItems.list(third.id, { limit: 2, order: 'asc' })) {
    types.push(item.type)
  }
  expect(types).toEqual([
    'message',
    'reasoning',
    'function_call',
    'function_call_output',
    'message',
    'message',
  ])
  const newest = await client.responses.inputItems.list(third.id, { limit: 1 })
  expect(newest).toMatchObject({
    has_more: true,
    data: [{ content: [{ text: 'Sure?' }] }],
  })
  const raw = await fetch(`${weir.url}/v1/responses/${third.id}/input_items?limit=1`)
  const { id } = newest.data[0] as { id: string }
  expect(await raw.json()).toMatchObject({ object: 'list', first_id: id, last_id: id })
  const lost = client.responses.inputItems.list(third.id, { after: 'msg_none' })
  expect((await failure(lost))?.status).toBe(400)
})

test('a deleted response is gone, for chains too, and the log still has its row', async () => {
  const { first, third } = await threeTurns()
  const url = `${weir.url}/openai/v1/responses/${first.id}`
  const deleted = await fetch(url, { method: 'DELETE' })
  expect(await deleted.json()).toEqual({ id: first.id, object: 'response', deleted: true })
  await restart()
  expect(await failure(client.responses.retrieve(first.id))).toMatchObject({
    status: 404,
    type: 'invalid_request_error',
  })
  expect((await failure(client.responses.delete(first.id)))?.status).toBe(404)
  expect(await client.responses.retrieve(third.id)).toMatchObject({ id: third.id })
  const again = client.responses.create({
    model: 'claude',
    previous_response_id: third.id,
    input: 'x',
  })
  expect(await failure(again)).toMatchObject({
    status: 400,
    code: 'previous_response_not_found',
    param: 'previous_response_id',
    message: expect.stringContaining(first.id),
  })
  const log = (await (await fetch(`${weir.url}/internal/ui/logs`)).json()) as { rows: unknown[] }
  expect(log.rows).toHaveLength(3)
})

test('a streamed response is retrieved as its last event told it', async () => {
  const stream = await client.responses.create({
    model: 'demo::echo?tps=1000',
    input: 'Hello there',
    stream: true,
  })
  let last: ModelResponse | undefined
  for await (const event of stream) if (event.type === 'response.completed') last = event.response
  if (!last) throw new Error('The stream did not end.')
  expect(plain(await client.responses.retrieve(last.id))).toEqual(plain(last))
  const streaming = await fetch(`${weir.url}/v1/responses/${last.id}?stream=true`)
  expect(streaming.status).toBe(400)
})

test('what the client does not want stored is not to be had again', async () => {
  const { id } = await client.responses.create({ model: 'demo::echo', input: 'Hi', store: false })
  expect((await failure(client.responses.retrieve(id)))?.status).toBe(404)
  const next = client.responses.create({
    model: 'demo::echo',
    input: 'Hi',
    previous_response_id: id,
  })
  expect(await failure(next)).toMatchObject({ status: 400, code: 'previous_response_not_found' })
})

test.each([false, true])(
  'a provider of Responses keeps its own names (streamed: %s)',
  async (stream) => {
    const ask = async (fields: object) => {
      const answer = await client.responses.create({ model: 'gpt', input: 'Hi', stream, ...fields })
      if (!('controller' in answer)) return answer
      for await (const event of answer) {
        if (event.type === 'response.completed') return event.response
      }
      throw new Error('The stream did not end.')
    }
    const first = await ask({})
    const second = await ask({ previous_response_id: first.id })
    expect(first.id).toMatch(/^resp_up/)
    expect(lastBody(openai)).toMatchObject({ previous_response_id: first.id, input: 'Hi' })
    const stored = plain(await client.responses.retrieve(second.id))
    expect(stored).toEqual(plain(second))
    expect(stored).toMatchObject({ only_here: 'kept' })
    const elsewhere = await client.responses.create({
      model: 'claude',
      previous_response_id: second.id,
      input: 'And you?',
    })
    expect(lastBody(anthropic)['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ text: expect.stringMatching(/^Answer/) }] },
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user', content: [{ text: 'And you?' }] },
    ])
    const back = await ask({ previous_response_id: elsewhere.id, input: 'Back' })
    expect(back).toMatchObject({ previous_response_id: elsewhere.id })
    expect(lastBody(openai)).not.toHaveProperty('previous_response_id')
    expect(lastBody(openai)['input']).toHaveLength(7)
    expect(JSON.stringify(lastBody(openai))).not.toContain(THINKING.signature)
  },
)

test('a name that nobody knows goes to the provider that may know it, and to no other', async () => {
  const ask = { input: 'Hi', previous_response_id: 'resp_elsewhere' }
  await client.responses.create({ ...ask, model: 'gpt' })
  expect(lastBody(openai)).toMatchObject({ previous_response_id: 'resp_elsewhere' })
  expect(await failure(client.responses.create({ ...ask, model: 'claude' }))).toMatchObject({
    status: 400,
    code: 'previous_response_not_found',
    type: 'invalid_request_error',
  })
})

test('without a log nothing is kept, and it says so', async () => {
  await weir.stop('SIGTERM')
  const file = join(folder, 'off.toml')
  writeFileSync(file, `[gateway]\nobservability.enabled = false\n${CONFIG}`)
  await start(file)
  const { id } = await client.responses.create({ model: 'claude', input: 'Hi' })
  expect(await failure(client.responses.retrieve(id))).toMatchObject({
    status: 404,
    message: expect.stringContaining('observability'),
  })
  const next = client.responses.create({ model: 'claude', input: 'Hi', previous_response_id: id })
  expect(await failure(next)).toMatchObject({
    status: 400,
    code: 'previous_response_not_found',
    message: expect.stringContaining('observability'),
  })
})
