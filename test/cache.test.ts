import { expect, test, vi } from 'vitest'
import { modelToml, startGateway, type TestGateway } from './support/gateway.ts'
import {
  completion,
  delta,
  DONE,
  FINISH,
  reply,
  startUpstream,
  streamed,
} from './support/upstream.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

const MESSAGES = [{ role: 'user', content: 'hi' }]
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n'

async function withGateway(
  work: (gateway: TestGateway, calls: () => number) => Promise<void>,
  extra = '',
): Promise<void> {
  await using upstream = await startUpstream(({ body, number }) => {
    if (!body.includes('"stream":true')) return reply(200, completion(`answer ${number}`))
    return streamed([delta({ content: `answer ${number}` }), FINISH, USAGE, DONE])
  })
  await using gateway = await startGateway(
    `${modelToml([upstream.base])}
[functions.f]
type = "chat"
variants.v = { type = "chat_completion", model = "m" }
${extra}`,
    {},
    { stored: true },
  )
  await work(gateway, () => upstream.requests.length)
}

const options = (enabled: string, max_age_s?: number) => ({
  'tensorzero::cache_options': { enabled, ...(max_age_s !== undefined && { max_age_s }) },
})

async function said(gateway: TestGateway, fields: object): Promise<string> {
  const response = await gateway.chat({ model: 'm', messages: MESSAGES, ...fields })
  expect(response.status).toBe(200)
  return ((await response.json()) as Said).choices[0]?.message.content ?? ''
}
interface Said {
  readonly choices: readonly { readonly message: { readonly content: string } }[]
  readonly usage: Record<string, unknown>
}

test('F118 F195 each cache mode reads and writes as it says', async () => {
  await withGateway(async (gateway, calls) => {
    const steps = [
      [{}, 'answer 0'],
      [options('read_only'), 'answer 1'],
      [options('on'), 'answer 2'],
      [options('on'), 'answer 2'],
      [options('read_only'), 'answer 2'],
      [options('off'), 'answer 3'],
      [options('write_only'), 'answer 4'],
      [options('on'), 'answer 4'],
      [{ ...options('write_only'), 'tensorzero::dryrun': true }, 'answer 5'],
      [{ ...options('on'), 'tensorzero::dryrun': true }, 'answer 4'],
      [{ ...options('on'), temperature: 1 }, 'answer 6'],
    ] as const
    for (const [fields, answer] of steps) expect(await said(gateway, fields)).toBe(answer)
    expect(calls()).toBe(7)
  })
})

test('F196 an answer older than max_age_s is not given again', async () => {
  await withGateway(async (gateway) => {
    expect(await said(gateway, options('on'))).toBe('answer 0')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await said(gateway, options('on', 0))).toBe('answer 1')
    expect(await said(gateway, options('on', 600))).toBe('answer 1')
  })
})

test('F077 F197 a hit of a function uses and costs nothing, and its record says so', async () => {
  await withGateway(async (gateway) => {
    const ask = async () => {
      const response = await fetch(`${gateway.url}/inference`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          function_name: 'f',
          input: { messages: MESSAGES },
          cache_options: { enabled: 'on' },
        }),
      })
      return (await response.json()) as { content: unknown; usage: object }
    }
    const first = await ask()
    expect(first.usage).toMatchObject({ input_tokens: 7, output_tokens: 2 })
    const second = await ask()
    expect(second.content).toEqual(first.content)
    expect(second.usage).toEqual({ input_tokens: 0, output_tokens: 0, cost: 0 })
    const record = await gateway.record(1)
    expect(record.attempts).toMatchObject([{ cached: true, costNano: 0, usage: { input: 0 } }])
    expect(record).toMatchObject({ costNano: 0, usage: { input: 0, output: 0 } })
    expect((await gateway.record(0)).attempts[0]?.cached).toBeUndefined()
  })
})

test('F197 F313 a model inference of a hit has the tokens of the answer that was kept', async () => {
  await withGateway(async (gateway) => {
    for (const stream of [false, true]) {
      for (const cached of [false, true]) {
        const response = await fetch(`${gateway.url}/inference`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            function_name: 'f',
            input: { messages: MESSAGES },
            cache_options: { enabled: 'on' },
            stream,
          }),
        })
        const [id] = /[0-9a-f-]{36}/.exec(await response.text()) ?? []
        const read = await fetch(`${gateway.url}/internal/model_inferences/${id}`)
        const tokens = { input_tokens: 7, output_tokens: 2 }
        expect(await read.json()).toMatchObject({ model_inferences: [{ ...tokens, cached }] })
      }
    }
  })
})

test('F069 F070 F071 F197 what was said to another is no raw response of a hit', async () => {
  await withGateway(async (gateway) => {
    const ask = async (stream: boolean) => {
      const response = await fetch(`${gateway.url}/inference`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          function_name: 'f',
          input: { messages: MESSAGES },
          cache_options: { enabled: 'on' },
          include_raw_response: true,
          include_raw_usage: true,
          stream,
        }),
      })
      return response.text()
    }
    expect(JSON.parse(await ask(false))).toMatchObject({ raw_response: [{}], raw_usage: [{}] })
    expect(JSON.parse(await ask(false))).toMatchObject({ raw_response: [], raw_usage: [] })
    expect(await ask(true)).toContain('raw_chunk')
    const again = await ask(true)
    expect(again).toContain('answer 1')
    expect(again).not.toMatch(/raw_chunk|raw_usage/)
  })
})

test.each(['m', 'tensorzero::model_name::m', 'tensorzero::function_name::f'])(
  'F197 a stream of %s is played again from the cache',
  async (model) => {
    await withGateway(async (gateway, calls) => {
      const ask = async () => {
        const response = await gateway.chat({
          model,
          messages: MESSAGES,
          stream: true,
          stream_options: { include_usage: true },
          ...options('on'),
        })
        return { text: await response.text(), hit: response.headers.get('x-weir-cache') }
      }
      const first = await ask()
      expect(first.hit).toBeNull()
      expect(first.text).toContain('answer 0')
      const second = await ask()
      expect(second.hit).toBe('hit')
      expect(second.text).toContain('answer 0')
      expect(second.text).toContain('[DONE]')
      expect(calls()).toBe(1)
      // A bare name gets the provider's own bytes, what it said of usage among them.
      if (model === 'm') expect(second.text).toBe(first.text)
      else expect(second.text).toMatch(/"prompt_tokens":0/)
    })
  },
)

test('F195 the configuration can turn the cache on for those who do not say', async () => {
  await withGateway(async (gateway) => {
    expect(await said(gateway, {})).toBe('answer 0')
    expect(await said(gateway, {})).toBe('answer 0')
    expect(await said(gateway, options('off'))).toBe('answer 1')
  }, '[gateway.cache]\nmode = "on"')
})

test('F195 what another has bought with a key of its own is not given away', async () => {
  await using upstream = await startUpstream(({ number }) =>
    reply(200, completion(`answer ${number}`)),
  )
  await using gateway = await startGateway(
    modelToml([upstream.base]).replace('"none"', '"dynamic::key"'),
    {},
    { stored: true },
  )
  const ask = (key: string) =>
    said(gateway, { ...options('on'), 'tensorzero::credentials': { key } })
  expect(await ask('one')).toBe('answer 0')
  expect(await ask('two')).toBe('answer 1')
  expect(await ask('one')).toBe('answer 0')
})

const CALL = (args: string) => ({
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: args } }],
      },
    },
  ],
})
const TOOL = {
  type: 'function',
  function: {
    name: 'look',
    parameters: {
      type: 'object',
      properties: { at: { type: 'string' } },
      required: ['at'],
    },
  },
}

test.each([
  ['right', '{"at":"it"}', 'tensorzero::function_name::f', 1],
  ['not what its schema says', '{"at":1}', 'tensorzero::function_name::f', 2],
  ['no JSON', '{"at"', 'm', 2],
  ['right', '{"at":"it"}', 'm', 1],
])(
  'F198 an answer whose call is %s is kept accordingly: %s to %s',
  async (_, args, model, calls) => {
    await using upstream = await startUpstream(() => reply(200, completion('', CALL(args))))
    await using gateway = await startGateway(
      `${modelToml([upstream.base])}
[functions.f]
type = "chat"
variants.v = { type = "chat_completion", model = "m" }`,
      {},
      { stored: true },
    )
    for (let time = 0; time < 2; time++) {
      const body = { model, messages: MESSAGES, tools: [TOOL], ...options('on') }
      expect((await gateway.chat(body)).status).toBe(200)
    }
    expect(upstream.requests).toHaveLength(calls)
  },
)

test('F195 headers that do not go on to the provider make no other question', async () => {
  await withGateway(async (gateway, calls) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ model: 'm', max_tokens: 9, messages: MESSAGES })
    for (const beta of ['one', 'two']) {
      await fetch(`${gateway.url}/anthropic/v1/messages`, {
        method: 'POST',
        headers: { ...headers, 'anthropic-beta': beta },
        body,
      })
    }
    expect(calls()).toBe(1)
  }, '[gateway.cache]\nmode = "on"')
})

test('F195 candidates with the same prompt each have an answer of their own', async () => {
  await withGateway(
    async (gateway, calls) => {
      const ask = () =>
        said(gateway, { model: 'tensorzero::function_name::best', ...options('on') })
      await ask()
      const before = calls()
      expect(before).toBeGreaterThanOrEqual(2)
      await ask()
      expect(calls()).toBe(before)
    },
    `[functions.best]
type = "chat"
variants.a = { type = "chat_completion", model = "m", weight = 0 }
[functions.best.variants.n]
type = "experimental_best_of_n_sampling"
weight = 1
candidates = ["a", "a"]
evaluator = { model = "m", json_mode = "on" }`,
  )
})
