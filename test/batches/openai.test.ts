import { describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { refusedWith, said, startOpenaiBatches } from '../support/batch-upstream.ts'
import {
  BATCH_COST,
  HAIKU,
  begin,
  echo,
  idsOf,
  inferencesOf,
  openaiModel,
  poll,
  stored,
  texts,
} from '../support/batches.ts'
import { startGateway } from '../support/gateway.ts'
import { reply } from '../support/upstream.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

describe('batches of OpenAI', () => {
  test('F240 F179 F038 a batch is handed in, asked after, and answered', async () => {
    await using fake = await startOpenaiBatches()
    const toml = openaiModel('m', fake.base, BATCH_COST) + HAIKU
    await using gateway = await startGateway(toml, {}, stored)
    const begun = await begin(gateway, {
      function_name: 'haiku',
      inputs: texts('one', 'two'),
      tags: [{ who: 'me' }, null],
    })
    expect(begun.status).toBe(200)
    const ids = idsOf(begun)
    expect(ids).toHaveLength(2)
    expect(begun.json['episode_ids']).toHaveLength(2)

    const [file] = fake.calls('POST /v1/files')
    expect(file?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(file?.body).toMatch(/name="purpose"\r\n\r\nbatch\r\n/)
    const lines = (file?.body ?? '').split(/\r?\n/).filter((line) => line.startsWith('{'))
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ids.map((id, index) => ({
        custom_id: id,
        method: 'POST',
        url: '/v1/chat/completions',
        body: {
          model: 'gpt-x',
          messages: [{ role: 'user', content: index === 0 ? 'one' : 'two' }],
          temperature: 0.5,
        },
      })),
    )
    const [made] = fake.calls('POST /v1/batches')
    expect(JSON.parse(made?.body ?? '')).toMatchObject({
      input_file_id: 'file-1',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })

    expect(await poll(gateway, begun)).toEqual({ status: 200, json: { status: 'pending' } })
    expect(gateway.records).toEqual([])
    fake.state = 'completed'
    fake.answer = echo
    const done = await poll(gateway, begun)
    const episodes = begun.json['episode_ids'] as string[]
    expect(done.json).toEqual({
      status: 'completed',
      batch_id: begun.json['batch_id'],
      inferences: ['re: one', 're: two'].map((text, index) => ({
        inference_id: ids[index],
        episode_id: episodes[index],
        variant_name: 'only',
        content: [{ type: 'text', text }],
        usage: { input_tokens: 7, output_tokens: 2, cost: 0.0027 },
        finish_reason: 'stop',
      })),
    })

    const asked = fake.upstream.requests.length
    expect(await poll(gateway, begun)).toEqual(done)
    const single = await poll(gateway, begun, ids[1])
    expect(single.json).toEqual({ ...done.json, inferences: [inferencesOf(done)[1]] })
    expect(fake.upstream.requests).toHaveLength(asked)
    expect(gateway.records).toHaveLength(2)

    const record = await gateway.engine.stored?.reads.get(ids[0] ?? '')
    expect(record?.record).toMatchObject({
      dialect: 'tensorzero.batch_inference',
      functionName: 'haiku',
      variantName: 'only',
      model: 'm',
      outcome: 'ok',
      costNano: 2_700_000,
      tags: { who: 'me', 'weir::batch_id': begun.json['batch_id'] },
      native: {
        type: 'chat',
        input: { messages: [{ role: 'user', content: [{ type: 'text', text: 'one' }] }] },
        inference_params: { chat_completion: { temperature: 0.5 } },
      },
    })
    const [attempt] = record?.attemptRecords ?? []
    expect(attempt).toMatchObject({ provider: 'there', costSource: 'config', finish: 'stop' })
    expect(JSON.parse(attempt?.rawRequest ?? '')).toMatchObject({ model: 'gpt-x' })
    expect(JSON.parse(attempt?.rawResponse ?? '')).toEqual(said('re: one').body)
  })

  test('F038 costs of batches have prices of their own, else those of single calls', async () => {
    await using fake = await startOpenaiBatches()
    const own = 'batch_cost = [{ pointer = "/usage/prompt_tokens", cost_per_unit = 1 }]'
    const single = 'cost = [{ pointer = "/usage/total_tokens", cost_per_unit = 1 }]'
    const toml = `
      ${openaiModel('own', fake.base, `${own}\n${single}`)}
      ${openaiModel('single', fake.base, single)}
      ${openaiModel('none', fake.base).replace('gpt-x', 'gpt-4o-mini')}
      [functions.f]
      type = "chat"
      [functions.f.variants]
      own = { type = "chat_completion", model = "own" }
      single = { type = "chat_completion", model = "single" }
      none = { type = "chat_completion", model = "none" }`
    await using gateway = await startGateway(toml, {}, stored)
    fake.answer = echo
    fake.state = 'completed'
    // Our price table tells what single calls cost: that is not what a batch costs.
    for (const [variant, dollars] of Object.entries({ own: 7, single: 9, none: null })) {
      const body = { function_name: 'f', variant_name: variant, inputs: texts('one') }
      const [inference] = inferencesOf(await poll(gateway, await begin(gateway, body)))
      expect(inference?.['usage']).toEqual({ input_tokens: 7, output_tokens: 2, cost: dollars })
    }
  })

  test('F240 each request has its own parameters, tools, schema and episode', async () => {
    await using fake = await startOpenaiBatches()
    const toml = `${openaiModel('m', fake.base)}
      [functions.tooled]
      type = "chat"
      tools = []
      [functions.tooled.variants.only]
      type = "chat_completion"
      model = "m"
      extra_body = [{ pointer = "/user", value = "u" }]`
    await using gateway = await startGateway(toml, {}, stored)
    const episode = gateway.engine.ids.next()
    const tool = {
      name: 'look',
      description: 'Looks.',
      parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
    }
    const begun = await begin(gateway, {
      function_name: 'tooled',
      inputs: texts('one', 'two'),
      episode_ids: [null, episode],
      params: { chat_completion: { temperature: [0.1, null], max_tokens: [null, 9] } },
      additional_tools: [[tool], null],
      tool_choice: ['required', null],
      parallel_tool_calls: [false, null],
    })
    expect(begun.json['episode_ids']).toEqual([expect.any(String), episode])
    const [first, second] = fake.bodies()
    expect(first).toMatchObject({
      temperature: 0.1,
      user: 'u',
      tool_choice: 'required',
      parallel_tool_calls: false,
      tools: [{ type: 'function', function: { name: 'look' } }],
    })
    expect(first).not.toHaveProperty('max_completion_tokens')
    expect(second).toMatchObject({ max_completion_tokens: 9, user: 'u' })
    expect(second).not.toHaveProperty('tools')

    fake.state = 'completed'
    const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }
    fake.answer = (_body, index) => {
      const message = index === 0 ? { role: 'assistant', content: null, tool_calls: [call] } : null
      const whole = said('two').body
      if (!message) return { status: 200, body: whole }
      const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
      return { status: 200, body: { ...whole, choices } }
    }
    const [called] = inferencesOf(await poll(gateway, begun))
    expect(called?.['content']).toEqual([
      {
        type: 'tool_call',
        id: 'c',
        raw_name: 'look',
        raw_arguments: '{"at":"x"}',
        name: 'look',
        arguments: { at: 'x' },
      },
    ])
    expect(called?.['finish_reason']).toBe('tool_call')
  })

  test('F240 a json function answers in the schema of each request', async () => {
    await using fake = await startOpenaiBatches()
    const toml = `${openaiModel('m', fake.base)}
      [functions.j]
      type = "json"
      [functions.j.variants]
      strict = { type = "chat_completion", model = "m", json_mode = "strict" }
      tool = { type = "chat_completion", model = "m", json_mode = "tool" }`
    await using gateway = await startGateway(toml, {}, stored)
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
    fake.state = 'completed'
    const text = '{"n":1}'
    const call = { id: 'c', type: 'function', function: { name: 'respond', arguments: text } }
    const messages = {
      strict: { role: 'assistant', content: text },
      tool: { role: 'assistant', content: null, tool_calls: [call] },
    }
    for (const [variant, message] of Object.entries(messages)) {
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      fake.answer = () => ({ status: 200, body: { ...said('').body, choices } })
      const begun = await begin(gateway, {
        function_name: 'j',
        variant_name: variant,
        inputs: texts('one', 'two'),
        output_schemas: [schema, null],
      })
      const [one] = inferencesOf(await poll(gateway, begun))
      expect(one?.['output']).toEqual({ raw: text, parsed: { n: 1 } })
      const found = await gateway.engine.stored?.reads.get(idsOf(begun)[0] ?? '')
      expect(found?.record.native).toMatchObject({ type: 'json', output_schema: schema })
      expect(found?.tags).toMatchObject({ 'tensorzero::variant_pinned': variant })
    }
  })

  test('F179 what fails within a batch is told of each request', async () => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const inputs = texts('fine', 'bad', 'late', 'lost', 'empty')
    const begun = await begin(gateway, { function_name: 'haiku', inputs })
    const ids = idsOf(begun)
    fake.state = 'completed'
    fake.answer = (body, index) => {
      if (index === 1) return refusedWith('No such thing.')
      if (index === 2) return { status: 0, body: {} }
      if (index === 3) return null
      return index === 4 ? { status: 200, body: { object: 'nothing' } } : echo(body)
    }
    const done = await poll(gateway, begun)
    expect(inferencesOf(done).map(({ inference_id: id }) => id)).toEqual([ids[0]])
    expect(done.json['errors']).toEqual([
      { inference_id: ids[1], error: 'No such thing.' },
      { inference_id: ids[2], error: 'Too late.' },
      { inference_id: ids[3], error: 'The provider gave no answer to this request of the batch.' },
      { inference_id: ids[4], error: 'The provider sent JSON without an answer in it.' },
    ])
    expect(await poll(gateway, begun)).toEqual(done)
    const single = await poll(gateway, begun, ids[1])
    expect(single.json).toEqual({
      status: 'completed',
      batch_id: begun.json['batch_id'],
      inferences: [],
      errors: [{ inference_id: ids[1], error: 'No such thing.' }],
    })
    const outcomes = gateway.records.map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['ok', ...Array<string>(4).fill('upstream_error')])
  })

  test('F179 a batch without any answer has failed; what came before its end counts', async () => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const ends = {
      failed: ['failed', 'The file is too long.'],
      cancelled: ['failed', 'The batch ended as cancelled, without an answer.'],
      expired: ['completed', 'Too late.'],
    }
    fake.answer = (body, index) => (index === 0 ? echo(body) : { status: 0, body: {} })
    for (const [state, [status, error]] of Object.entries(ends)) {
      const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one', 'two') })
      fake.state = state
      const done = await poll(gateway, begun)
      expect(done).toMatchObject({ status: 200, json: { status } })
      const errors = done.json['errors'] as JsonObject[]
      expect(errors.at(-1)?.['error']).toBe(error)
      expect(await poll(gateway, begun)).toEqual(done)
    }
  })

  test('F240 a call that fails is an error, and the batch goes on', async () => {
    await using fake = await startOpenaiBatches()
    await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
    const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one') })
    for (const fault of [
      reply(500, '{"error":{"message":"Oh no."}}'),
      reply(200, 'not JSON'),
      reply(404, '{"error":{"message":"No such batch."}}'),
    ]) {
      fake.fault = fault
      const failed = await poll(gateway, begun)
      expect(failed.status).toBeGreaterThanOrEqual(400)
      expect(failed.json).toEqual({ error: expect.any(String) })
    }
    fake.state = 'completed'
    fake.answer = echo
    expect(inferencesOf(await poll(gateway, begun))).toHaveLength(1)
  })
})
