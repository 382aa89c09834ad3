import { afterAll, describe, expect, test } from 'vitest'
import { chat, json, PRINTED, startDatasets } from '../support/datasets.ts'
import { NOBODY } from '../support/feedback.ts'

const { infer, give, call, create, get, list, close } = await startDatasets()
afterAll(close)

function from(body: object) {
  return call('POST', '/v1/datasets/taken/from_inferences', body)
}

describe('F235 inferences', () => {
  test('become datapoints by their ids', async () => {
    const said = await infer('plain', { tags: { from: 'ids' } })
    const { inferenceId: good } = await infer('facts')
    await give({ metric_name: 'demonstration', value: { answer: 'a' }, inference_id: good })
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

function tag(value: string) {
  return { type: 'tag', key: 'k', value, comparison_operator: '=' }
}

async function numbers(body: object) {
  return (await list('listed', body)).map(({ name }) => name)
}

describe('F236 list_datapoints', () => {
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
    datasets: [
      { dataset_name: 'counted', datapoint_count: 2, last_updated: expect.stringMatching(PRINTED) },
    ],
  })
  const copy = await call('POST', '/internal/datasets/copied/datapoints/clone', {
    datapoint_ids: [id, NOBODY],
  })
  const [copied, missing] = copy.json['datapoint_ids'] as string[]
  expect(missing).toBeNull()
  expect(await list('copied')).toMatchObject([{ id: copied, function_name: 'plain' }])
  expect(await get('counted', [id])).toMatchObject([{ dataset_name: 'counted' }])
})
