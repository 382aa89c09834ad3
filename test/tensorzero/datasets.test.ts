import { afterAll, describe, expect, test } from 'vitest'
import { chat, json, PRINTED, startDatasets } from '../support/datasets.ts'
import { NOBODY } from '../support/feedback.ts'

const { call, create, get, list, close } = await startDatasets()
afterAll(close)

test('F232 makes chat datapoints, whose calls are read by the tools there are', async () => {
  const args = { place: 'Rome' }
  const [id] = await create('made', [
    chat({
      output: [
        { type: 'text', text: 'Let me see' },
        { type: 'tool_call', id: '1', name: 'weather', arguments: args },
        { type: 'tool_call', id: '2', raw_name: 'none', raw_arguments: '{}', name: null },
      ],
      allowed_tools: ['weather'],
      tool_choice: 'required',
      tags: { by: 'me' },
      name: 'warm',
      episode_id: NOBODY,
    }),
  ])
  expect(await get('made', [id])).toEqual([
    {
      type: 'chat',
      dataset_name: 'made',
      function_name: 'plain',
      id,
      episode_id: NOBODY,
      input: { messages: [{ role: 'user', content: [{ type: 'text', text: 'How warm is it?' }] }] },
      output: [
        { type: 'text', text: 'Let me see' },
        {
          type: 'tool_call',
          id: '1',
          raw_name: 'weather',
          raw_arguments: JSON.stringify(args),
          name: 'weather',
          arguments: args,
        },
        {
          type: 'tool_call',
          id: '2',
          raw_name: 'none',
          raw_arguments: '{}',
          name: null,
          arguments: null,
        },
      ],
      allowed_tools: ['weather'],
      tool_choice: 'required',
      provider_tools: [],
      tags: { by: 'me' },
      is_deleted: false,
      is_custom: true,
      updated_at: expect.stringMatching(PRINTED),
      name: 'warm',
    },
  ])
})

test.each([
  ['fits', {}, '{"answer":"yes"}', { answer: 'yes' }],
  ['does not fit the schema', {}, '{"other":1}', null],
  ['is not JSON', {}, 'yes', null],
  ['fits a schema of its own', { output_schema: { type: 'array' } }, '[1]', [1]],
])('F232 makes a json datapoint whose output %s', async (_, more, raw, parsed) => {
  const [id] = await create('made', [json({ output: { raw }, ...more })])
  const [datapoint] = await get('made', [id])
  expect(datapoint).toMatchObject({ type: 'json', output: { raw, parsed } })
  expect(datapoint).toHaveProperty('output_schema')
})

test('F232 keeps tools of every kind as they came', async () => {
  const parameters = { type: 'object' }
  const additional = [
    { type: 'client_side_function', name: 'older', description: 'An older name.', parameters },
    { type: 'openai_custom', name: 'free', description: 'Free text.', format: { type: 'text' } },
    { type: 'openai_custom', name: 'bare' },
  ]
  const ids = await create('kinds', [chat({ additional_tools: additional })])
  const [found] = await get('kinds', ids)
  expect(found?.['additional_tools']).toEqual([
    { ...additional[0], type: 'function', strict: false },
    ...additional.slice(1),
  ])
})

test.each([
  [{ text: 'x' }, 'missing field `type`'],
  [{ type: 'picture' }, 'unknown variant `picture`'],
  [{ type: 'text' }, 'missing field `text`'],
  [{ type: 'text', text: 1 }, 'invalid type: integer `1`, expected a string'],
  [{ type: 'tool_call', name: 'weather' }, 'missing field `id`'],
])('F232 takes no output block like %j', async (block, message) => {
  const body = { datapoints: [chat({ output: [block] })] }
  expect(await call('POST', '/v1/datasets/blocks/datapoints', body)).toEqual({
    status: 400,
    json: { error: expect.stringContaining(`datapoints[0].output[0]: ${message}`) },
  })
})

test('F232 F251 keeps where the file of an input is', async () => {
  const file = {
    type: 'file',
    file_type: 'object_storage_pointer',
    mime_type: 'image/png',
    source_url: 'https://pictures.test/a.png',
    storage_path: { kind: { type: 'disabled' }, path: 'observability/files/0.png' },
  }
  const input = { messages: [{ role: 'user', content: [file] }] }
  const [datapoint] = await get('files', await create('files', [chat({ input })]))
  expect(datapoint).toMatchObject({ input })
})

test('F232 makes datapoints without output', async () => {
  const ids = await create('made', [chat(), json()])
  for (const datapoint of await get('made', ids)) expect(datapoint).not.toHaveProperty('output')
})

const FAILED = 'Failed to convert chat datapoint to database insert:'

test.each<readonly [string, string, object[], string | RegExp]>([
  ['no datapoints', 'made', [], 'At least one datapoint must be provided'],
  ['F239 the name builder', 'builder', [chat()], /^Invalid dataset name: builder\. Datasets/],
  ['F239 our names', 'tensorzero::x', [chat()], /^Invalid dataset name: tensorzero::x\./],
  [
    'an unknown function',
    'made',
    [chat({ function_name: 'no' })],
    `${FAILED} Unknown function: no`,
  ],
  [
    'a function of another type',
    'made',
    [chat({ function_name: 'facts' })],
    `${FAILED} Function 'facts' is not configured as a chat function`,
  ],
  ['an unknown tool', 'made', [chat({ allowed_tools: ['no'] })], /^Failed to convert chat .*no/],
  [
    'arguments that nothing takes',
    'made',
    [chat({ input: { system: { a: 1 }, messages: [] } })],
    /^Failed to convert chat .*System message has non-string content/,
  ],
])('F232 refuses %s', async (_, dataset, datapoints, error) => {
  const answer = await call('POST', `/v1/datasets/${encodeURIComponent(dataset)}/datapoints`, {
    datapoints,
  })
  expect(answer).toEqual({
    status: 400,
    json: { error: typeof error === 'string' ? error : expect.stringMatching(error) },
  })
})

function patch(datapoints: object[], dataset = 'refused') {
  return call('PATCH', `/v1/datasets/${dataset}/datapoints`, { datapoints })
}

describe('F233 an update', () => {
  test('makes a new datapoint; the old one is stale', async () => {
    const [id] = await create('updated', [
      chat({
        output: [{ type: 'text', text: 'old' }],
        tags: { a: '1' },
        tool_choice: 'none',
        name: 'n',
      }),
    ])
    const path = '/v1/datasets/updated/datapoints'
    const change = { type: 'chat', id, output: [{ type: 'text', text: 'new' }] }
    const { json: answer } = await call('PATCH', path, { datapoints: [change] })
    const [newId] = answer['ids'] as string[]
    expect(newId).not.toBe(id)
    const [fresh] = await list('updated')
    expect(fresh).toMatchObject({
      id: newId,
      output: [{ type: 'text', text: 'new' }],
      tags: { a: '1' },
      tool_choice: 'none',
      name: 'n',
    })
    expect(fresh).not.toHaveProperty('staled_at')
    const [old] = await get('updated', [id])
    expect(old).toMatchObject({
      id,
      output: [{ type: 'text', text: 'old' }],
      staled_at: expect.stringMatching(PRINTED),
    })
    const again = await call('PATCH', path, { datapoints: [change] })
    expect(again).toEqual({
      status: 404,
      json: { error: `Datapoint not found for dataset: updated and id: ${id}` },
    })
  })

  test('clears what is null, and keeps what is left out', async () => {
    const [id] = await create('cleared', [
      chat({ output: [{ type: 'text', text: 'x' }], tool_choice: 'none', name: 'n' }),
    ])
    const update = {
      type: 'chat',
      id,
      output: null,
      tool_choice: null,
      name: null,
      tags: { b: '2' },
    }
    await call('PATCH', '/v1/datasets/cleared/datapoints', { datapoints: [update] })
    const [datapoint] = await list('cleared')
    expect(datapoint).toMatchObject({ tags: { b: '2' } })
    for (const field of ['output', 'tool_choice', 'name']) {
      expect(datapoint).not.toHaveProperty(field)
    }
  })

  test('checks a json output against the new schema', async () => {
    const [id] = await create('schema', [json({ output: { raw: '{"answer":"a"}' } })])
    const update = { type: 'json', id, output_schema: { type: 'array' }, output: { raw: '[]' } }
    await call('PATCH', '/v1/datasets/schema/datapoints', { datapoints: [update] })
    expect(await list('schema')).toMatchObject([
      { output: { raw: '[]', parsed: [] }, output_schema: { type: 'array' } },
    ])
  })

  test('refuses another type, an id twice, and another dataset', async () => {
    const [id] = await create('refused', [chat()])
    expect((await patch([{ type: 'json', id }])).json).toEqual({
      error: `Datapoint ${id} is a chat datapoint but a JSON update was provided`,
    })
    const one = { type: 'chat', id }
    expect((await patch([one, one])).json).toEqual({
      error: `Duplicate datapoint id provided: ${id}`,
    })
    expect((await patch([one], 'made')).status).toBe(404)
    expect((await patch([])).json).toEqual({ error: 'At least one datapoint must be provided' })
  })
})

test('F234 renames a datapoint in its place', async () => {
  const [id] = await create('named', [chat({ name: 'before' }), chat()])
  const path = '/v1/datasets/named/datapoints/metadata'
  const answer = await call('PATCH', path, { datapoints: [{ id, name: 'after' }] })
  expect(answer.json).toEqual({ ids: [id] })
  expect(await get('named', [id])).toMatchObject([{ id, name: 'after' }])
  await call('PATCH', path, { datapoints: [{ id, name: null }] })
  const [datapoint] = await get('named', [id])
  expect(datapoint).not.toHaveProperty('name')
  expect(datapoint).not.toHaveProperty('staled_at')
})
