import { afterAll, describe, expect, test } from 'vitest'
import { NOBODY, startFeedback } from '../support/feedback.ts'

const { gateway, infer, give, close } = await startFeedback()
afterAll(close)

type Json = Record<string, unknown>

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as Json }
}

const input = { messages: [{ role: 'user', content: 'How warm is it?' }] }
const chat = (more: object = {}) => ({ type: 'chat', function_name: 'plain', input, ...more })
const json = (more: object = {}) => ({ type: 'json', function_name: 'facts', input, ...more })

async function create(dataset: string, datapoints: object[]) {
  const answer = await call('POST', `/v1/datasets/${dataset}/datapoints`, { datapoints })
  expect(answer).toMatchObject({ status: 200 })
  return answer.json['ids'] as string[]
}

async function get(dataset: string, ids: readonly unknown[]) {
  const answer = await call('POST', `/v1/datasets/${dataset}/get_datapoints`, { ids })
  return answer.json['datapoints'] as Json[]
}

async function list(dataset: string, body: object = {}) {
  const answer = await call('POST', `/v1/datasets/${dataset}/list_datapoints`, body)
  return (answer.json['datapoints'] ?? answer.json) as Json[]
}

const PRINTED = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

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
      updated_at: PRINTED,
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

test('F232 makes datapoints without output', async () => {
  const ids = await create('made', [chat(), json()])
  for (const datapoint of await get('made', ids)) expect(datapoint).not.toHaveProperty('output')
})

const FAILED = 'Failed to convert chat datapoint to database insert:'

test.each<readonly [string, string, object[], number, string | RegExp]>([
  ['no datapoints', 'made', [], 400, 'At least one datapoint must be provided'],
  ['F239 the name builder', 'builder', [chat()], 400, /^Invalid dataset name: builder\. Datasets/],
  ['F239 our names', 'tensorzero::x', [chat()], 400, /^Invalid dataset name: tensorzero::x\./],
  [
    'an unknown function',
    'made',
    [chat({ function_name: 'no' })],
    400,
    `${FAILED} Unknown function: no`,
  ],
  [
    'a function of another type',
    'made',
    [chat({ function_name: 'facts' })],
    400,
    `${FAILED} Function 'facts' is not configured as a chat function`,
  ],
  [
    'an unknown tool',
    'made',
    [chat({ allowed_tools: ['no'] })],
    400,
    /^Failed to convert chat .*no/,
  ],
  [
    'arguments that nothing takes',
    'made',
    [chat({ input: { system: { a: 1 }, messages: [] } })],
    400,
    /^Failed to convert chat .*System message has non-string content/,
  ],
])('F232 refuses %s', async (_, dataset, datapoints, status, error) => {
  const answer = await call('POST', `/v1/datasets/${encodeURIComponent(dataset)}/datapoints`, {
    datapoints,
  })
  expect(answer).toEqual({
    status,
    json: { error: typeof error === 'string' ? error : expect.stringMatching(error) },
  })
})

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
    expect(old).toMatchObject({ id, output: [{ type: 'text', text: 'old' }], staled_at: PRINTED })
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
    for (const field of ['output', 'tool_choice', 'name'])
      expect(datapoint).not.toHaveProperty(field)
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
    const patch = (datapoints: object[], dataset = 'refused') =>
      call('PATCH', `/v1/datasets/${dataset}/datapoints`, { datapoints })
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

describe('F235 inferences', () => {
  test('become datapoints by their ids', async () => {
    const said = await infer('plain', { tags: { from: 'ids' } })
    const { inferenceId: good } = await infer('facts')
    await give({ metric_name: 'demonstration', value: { answer: 'a' }, inference_id: good })
    const from = (body: object) => call('POST', '/v1/datasets/taken/from_inferences', body)
    const ids = { type: 'inference_ids', inference_ids: [said.inferenceId] }
    await from(ids)
    await from({ ...ids, output_source: 'none' })
    await from({ ...ids, inference_ids: [good], output_source: 'demonstration' })
    const [shown, bare, whole] = await list('taken')
    expect(whole).toMatchObject({
      type: 'chat',
      function_name: 'plain',
      episode_id: said.episodeId,
      source_inference_id: said.inferenceId,
      is_custom: false,
      output: [{ type: 'text' }],
      tags: { from: 'ids' },
    })
    expect(bare).not.toHaveProperty('output')
    expect(shown).toMatchObject({ output: { raw: '{"answer":"a"}', parsed: { answer: 'a' } } })
    expect(await from({ ...ids, inference_ids: [said.inferenceId, NOBODY] })).toEqual({
      status: 400,
      json: { error: `Inference ${NOBODY} not found` },
    })
  })

  test('become datapoints by a query', async () => {
    for (let count = 0; count < 25; count++) await infer('plain', { tags: { many: 'yes' } })
    const query = {
      type: 'inference_query',
      function_name: 'plain',
      filters: { type: 'tag', key: 'many', value: 'yes', comparison_operator: '=' },
    }
    const all = await call('POST', '/v1/datasets/many/from_inferences', query)
    expect(all.json['ids']).toHaveLength(25)
    const few = await call('POST', '/v1/datasets/few/from_inferences', { ...query, limit: 3 })
    expect(few.json['ids']).toHaveLength(3)
    const none = { ...query, output_source: 'demonstration' }
    const shown = await call('POST', '/v1/datasets/few/from_inferences', none)
    expect(shown.json).toEqual({ ids: [] })
  })
})

describe('F236 list_datapoints', () => {
  const tag = (value: string) => ({ type: 'tag', key: 'k', value, comparison_operator: '=' })
  const numbers = async (body: object) => (await list('listed', body)).map(({ name }) => name)

  test('finds by function, tags, text and page', async () => {
    await create('listed', [chat({ tags: { k: 'a' }, name: '1' })])
    await create('listed', [json({ tags: { k: 'b' }, name: '2' })])
    const apples = { messages: [{ role: 'user', content: 'Apples and apples' }] }
    await create('listed', [chat({ input: apples, name: '3' })])
    const cases: [object, string[]][] = [
      [{}, ['3', '2', '1']],
      [{ function_name: 'plain' }, ['3', '1']],
      [{ filter: tag('a') }, ['1']],
      [{ filter: { type: 'or', children: [tag('a'), tag('b')] } }, ['2', '1']],
      [{ filter: { type: 'not', child: tag('a') } }, ['3', '2']],
      [{ search_query_experimental: 'APPLES' }, ['3']],
      [{ limit: 1 }, ['3']],
      [{ page_size: 1, offset: 1 }, ['2']],
      [{ order_by: [{ by: 'timestamp', direction: 'ascending' }] }, ['1', '2', '3']],
      [{ filter: { type: 'time', time: '2020-01-01T00:00:00Z', comparison_operator: '<' } }, []],
    ]
    for (const [body, names] of cases) expect([body, await numbers(body)]).toEqual([body, names])
  })

  test('refuses relevance of nothing', async () => {
    const order = [{ by: 'search_relevance', direction: 'descending' }]
    expect(await list('listed', { order_by: order })).toEqual({
      error: 'OrderBy::SearchRelevance requires search_query_experimental to be provided',
    })
  })
})

test('F237 finds datapoints of any dataset by their ids', async () => {
  const [id] = await create('somewhere', [chat()])
  const answer = await call('POST', '/v1/datasets/get_datapoints', { ids: [id, NOBODY] })
  expect(answer.json).toMatchObject({ datapoints: [{ id, dataset_name: 'somewhere' }] })
  expect(await get('elsewhere', [id])).toEqual([])
  expect(await get('somewhere', [])).toEqual([])
})

test('F238 deletes datapoints and datasets, softly', async () => {
  const [first, second] = await create('deleted', [chat(), chat(), chat()])
  const path = '/v1/datasets/deleted'
  const some = await call('DELETE', `${path}/datapoints`, { ids: [first, NOBODY] })
  expect(some.json).toEqual({ num_deleted_datapoints: 1 })
  expect(await list('deleted')).toHaveLength(2)
  const none = await call('DELETE', `${path}/datapoints`, { ids: [] })
  expect(none).toEqual({ status: 400, json: { error: 'ids must be a non-empty list' } })
  expect((await call('DELETE', path)).json).toEqual({ num_deleted_datapoints: 2 })
  expect(await list('deleted')).toEqual([])
  expect(await get('deleted', [first, second])).toHaveLength(2)
})

test('F319 lists, counts and copies datasets', async () => {
  const [id] = await create('counted', [chat(), json()])
  const counts = '/internal/datasets/counted/datapoints/count'
  expect((await call('GET', counts)).json).toEqual({ datapoint_count: 2 })
  expect((await call('GET', `${counts}?function_name=facts`)).json).toEqual({ datapoint_count: 1 })
  const { json: all } = await call('GET', '/internal/datasets?limit=1')
  expect(all).toEqual({
    datasets: [{ dataset_name: 'counted', datapoint_count: 2, last_updated: PRINTED }],
  })
  const copy = await call('POST', '/internal/datasets/copied/datapoints/clone', {
    datapoint_ids: [id, NOBODY],
  })
  const [copied, missing] = copy.json['datapoint_ids'] as string[]
  expect(missing).toBeNull()
  expect(await list('copied')).toMatchObject([{ id: copied, function_name: 'plain' }])
  expect(await get('counted', [id])).toMatchObject([{ dataset_name: 'counted' }])
})
