import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import type { InferenceDetail, LogList } from '../src/api/ui/contract.ts'
import { startWeir, type WeirProcess } from './support/process.ts'
import {
  completion,
  delta,
  DONE,
  FINISH,
  reply,
  startUpstream,
  streamed,
} from './support/upstream.ts'

const MESSAGES = [{ role: 'user' as const, content: 'Say hello' }]

function sdk(weir: WeirProcess): OpenAI {
  return new OpenAI({ baseURL: `${weir.url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
}

async function inference(weir: WeirProcess, id: string): Promise<InferenceDetail> {
  const url = `${weir.url}/internal/ui/inferences/${id}`
  await expect.poll(async () => (await fetch(url)).status, { timeout: 5000 }).toBe(200)
  return (await (await fetch(url)).json()) as InferenceDetail
}

async function logs(weir: WeirProcess, query = ''): Promise<LogList> {
  const url = `${weir.url}/internal/ui/logs?q=${encodeURIComponent(query)}`
  return (await (await fetch(url)).json()) as LogList
}

test('F128 the official SDK gets answers with no configuration, and they are found afterwards', async () => {
  await using weir = await startWeir()
  const client = sdk(weir)
  const whole = await client.chat.completions
    .create({ model: 'demo::echo', messages: MESSAGES })
    .withResponse()
  expect(whole.data.choices[0]?.message.content).toContain('Say hello')
  const stream = await client.chat.completions.create({
    model: 'demo::echo?tps=1000',
    messages: MESSAGES,
    stream: true,
  })
  let streamedText = ''
  for await (const part of stream) streamedText += part.choices[0]?.delta.content ?? ''
  expect(streamedText).toContain('Say hello')

  const id = whole.response.headers.get('x-weir-inference-id') ?? ''
  const detail = await inference(weir, id)
  expect(detail).toMatchObject({
    outcome: 'ok',
    status: 200,
    requested_model: 'demo::echo',
    payload: 'present',
    input: [{ role: 'user', content: [{ type: 'text', text: 'Say hello' }] }],
    output: [{ type: 'text', text: whole.data.choices[0]?.message.content }],
  })
  expect(detail.attempt_list).toHaveLength(1)
  await expect.poll(async () => (await logs(weir)).rows.length).toBe(2)
  const models = await client.models.list()
  expect(models.data.map((model) => model.id)).toContain('demo::echo')
})

test('the request of the first user comes back with content and reasoning', async () => {
  const answer = completion('Hello!', {
    provider: 'DeepInfra',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        native_finish_reason: 'stop',
        message: {
          role: 'assistant',
          content: 'Hello!',
          reasoning: 'The user says hi.',
          reasoning_details: [
            { type: 'reasoning.text', text: 'The user says hi.', format: 'unknown', index: 0 },
          ],
        },
      },
    ],
  })
  await using upstream = await startUpstream(() => reply(200, answer))
  await using weir = await startWeir({
    env: { WEIR_OPENROUTER_API_BASE: upstream.base, OPENROUTER_API_KEY: 'sk-canary-1' },
  })
  const body =
    '{"model":"tensorzero::model_name::openrouter::openai/gpt-oss-20b","messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Hi"}],"modalities":["text"]}'
  const response = await fetch(`${weir.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer ANY', 'content-type': 'application/json' },
    body,
  })
  const json: unknown = await response.json()
  expect(json).toMatchObject({
    model: 'tensorzero::model_name::openrouter::openai/gpt-oss-20b',
    provider: 'DeepInfra',
    episode_id: expect.any(String) as string,
    choices: [
      {
        native_finish_reason: 'stop',
        message: {
          content: 'Hello!',
          reasoning: 'The user says hi.',
          reasoning_content: 'The user says hi.',
          tensorzero_extra_content: [{ type: 'thought', text: 'The user says hi.' }],
        },
      },
    ],
  })
  expect(upstream.requests[0]?.body).toBe(
    body.replace('tensorzero::model_name::openrouter::openai/gpt-oss-20b', 'openai/gpt-oss-20b'),
  )
  expect(upstream.requests[0]?.headers['authorization']).toBe('Bearer sk-canary-1')
  const detail = await inference(weir, (json as { id: string }).id)
  expect(detail.output).toMatchObject([
    { type: 'thought', text: 'The user says hi.' },
    { type: 'text', text: 'Hello!' },
  ])
  expect(JSON.stringify(detail) + weir.output()).not.toContain('canary')
})

test('after a kill everything that was committed is there', async () => {
  const first = await startWeir()
  const { dataDir } = first
  const response = await fetch(`${first.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo::think', messages: MESSAGES }),
  })
  const id = response.headers.get('x-weir-inference-id') ?? ''
  await response.text()
  await inference(first, id)
  await first.stop('SIGKILL')
  await using second = await startWeir({ dataDir })
  const detail = await inference(second, id)
  expect(detail.output.map(({ type }) => type)).toEqual(['thought', 'text'])
})

test('F262 a stop signal lets a stream end, records it, and exits in good order', async () => {
  await using upstream = await startUpstream(() =>
    streamed([delta({ content: 'a' }), delta({ content: 'b' }), FINISH, DONE], 150),
  )
  await using weir = await startWeir({
    env: { WEIR_OPENAI_API_BASE: upstream.base, OPENAI_API_KEY: 'k' },
  })
  const answer = await fetch(`${weir.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openai::m', stream: true, messages: MESSAGES }),
  })
  const stopped = weir.stop('SIGTERM')
  expect(await answer.text()).toContain('[DONE]')
  expect(await stopped).toBe(0)
  await using again = await startWeir({ dataDir: weir.dataDir })
  await expect.poll(async () => (await logs(again)).rows.map((row) => row.outcome)).toEqual(['ok'])
})

test('a second gateway on the same data refuses, in one line', async () => {
  await using weir = await startWeir()
  await expect(startWeir({ dataDir: weir.dataDir })).rejects.toThrow(/ended at once/)
})

test('a sick data file does not keep the gateway from serving', async () => {
  await using first = await startWeir()
  const { dataDir } = first
  await first.stop('SIGTERM')
  writeFileSync(
    join(dataDir, 'weir.db'),
    'this is no database, and long enough to be read as one '.repeat(200),
  )
  await using weir = await startWeir({ dataDir })
  const answer = await sdk(weir).chat.completions.create({
    model: 'demo::echo',
    messages: MESSAGES,
  })
  expect(answer.choices[0]?.message.content).toContain('Say hello')
  await expect.poll(async () => (await logs(weir)).rows.length).toBe(1)
})

test('a new configuration is used at once, a broken one is refused and told of', async () => {
  await using upstream = await startUpstream(({ body }) =>
    reply(200, completion((JSON.parse(body) as { model: string }).model)),
  )
  await using weir = await startWeir({ args: [], env: {} })
  const file = join(weir.dataDir, 'weir.toml')
  const toml = (name: string) =>
    `[models.m]\nrouting = ["p"]\n[models.m.providers.p]\ntype = "openai"\nmodel_name = "${name}"\napi_base = "${upstream.base}"\napi_key_location = "none"\n`
  writeFileSync(file, toml('one'))
  await using other = await startWeir({ args: ['--config-file', file] })
  const ask = async () =>
    (await sdk(other).chat.completions.create({ model: 'm', messages: MESSAGES })).choices[0]
      ?.message.content
  expect(await ask()).toBe('one')
  writeFileSync(file, toml('two'))
  await expect.poll(ask, { timeout: 5000 }).toBe('two')
  writeFileSync(file, toml('three').replace('model_name', 'modle_name'))
  await expect.poll(() => other.output(), { timeout: 5000 }).toContain('did you mean')
  expect(await ask()).toBe('two')
})
