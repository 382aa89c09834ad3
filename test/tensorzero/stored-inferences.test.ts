import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NOBODY, post, startFeedback } from '../support/feedback.ts'

const { gateway, infer, give, close } = await startFeedback()
afterAll(close)

const said = (text: string) => ({ input: { messages: [{ role: 'user', content: text }] } })
const GOOD = { model_name: 'good', provider_name: 'one' }
const ids: Record<string, string> = {}
let episodeId = ''

beforeAll(async () => {
  const first = await infer('plain', { ...said('Apples, please'), tags: { fruit: 'apple' } })
  episodeId = first.episodeId
  const tool = { name: 'clock', description: 'Time', parameters: { type: 'object' } }
  const second = await infer('plain', {
    ...said('Pears and "apples"'),
    tags: { fruit: 'pear' },
    episode_id: episodeId,
    additional_tools: [tool],
    allowed_tools: ['weather', 'clock'],
    tool_choice: 'none',
    parallel_tool_calls: true,
    provider_tools: [{ tool: { type: 'a' } }, { tool: { type: 'b' }, scope: GOOD }],
    extra_body: [
      { pointer: '/a', value: 1, ...GOOD },
      { pointer: '/b', delete: true, variant_name: 'a' },
    ],
    params: { chat_completion: { temperature: 0.5 } },
  })
  const third = await infer('facts', said('Plums'))
  // Fails: there is no such variant, so nothing is an inference.
  await infer('plain', { ...said('Nothing'), variant_name: 'none' })
  await post(gateway, '/inference', { model_name: 'good', ...said('Directly') })
  Object.assign(ids, {
    apple: first.inferenceId,
    pear: second.inferenceId,
    plum: third.inferenceId,
  })
  await give({ metric_name: 'score', value: 0.2, inference_id: ids['apple'] })
  await give({ metric_name: 'score', value: 0.9, inference_id: ids['apple'] })
  await give({ metric_name: 'score', value: 0.4, inference_id: ids['pear'] })
  await give({ metric_name: 'liked', value: false, inference_id: ids['pear'] })
  await give({ metric_name: 'solved', value: true, episode_id: episodeId })
  await give({ metric_name: 'demonstration', value: 'Of course', inference_id: ids['apple'] })
  const facts = { answer: 'plums' }
  await give({ metric_name: 'demonstration', value: facts, inference_id: ids['plum'] })
})

async function list(body: object) {
  const { status, json } = await post(gateway, '/v1/inferences/list_inferences', body)
  const inferences = (json['inferences'] ?? []) as { inference_id: string }[]
  const names = inferences.map(
    ({ inference_id: id }) => Object.entries(ids).find(([, other]) => other === id)?.[0] ?? 'other',
  )
  return { status, json, inferences, names }
}

const tag = { type: 'tag', key: 'fruit', value: 'apple', comparison_operator: '=' }
const score = (comparison: string, value: number) => ({
  type: 'float_metric',
  metric_name: 'score',
  value,
  comparison_operator: comparison,
})
const liked = (value: boolean) => ({ type: 'boolean_metric', metric_name: 'liked', value })

describe('list_inferences finds', () => {
  test.each([
    ['everything that came out well, the newest first', {}, ['other', 'plum', 'pear', 'apple']],
    ['F225 a function', { function_name: 'plain' }, ['pear', 'apple']],
    ['F225 a variant', { function_name: 'facts', variant_name: 'a' }, ['plum']],
    ['F226 tags', { filters: tag }, ['apple']],
    ['F226 tags of another value', { filters: { ...tag, comparison_operator: '!=' } }, ['pear']],
    ['F226 the newest float metric', { filters: score('>', 0.5) }, ['apple']],
    ['F226 float metrics, under the old name', { filter: score('<=', 0.5) }, ['pear']],
    ['F226 a boolean metric', { filters: liked(false) }, ['pear']],
    [
      "F226 an episode's metric",
      { filters: { type: 'boolean_metric', metric_name: 'solved', value: true } },
      ['pear', 'apple'],
    ],
    [
      'F226 what has a demonstration',
      { filters: { type: 'demonstration_feedback', has_demonstration: true } },
      ['plum', 'apple'],
    ],
    [
      'F226 what has none',
      {
        function_name: 'plain',
        filters: { type: 'demonstration_feedback', has_demonstration: false },
      },
      ['pear'],
    ],
    [
      'F226 a time to come',
      { filters: { type: 'time', time: '2125-01-01T00:00:00Z', comparison_operator: '>' } },
      [],
    ],
    [
      'F226 all before a time, with a zone',
      {
        function_name: 'plain',
        filters: { type: 'time', time: '2125-01-01T00:00:00+02:00', comparison_operator: '<' },
      },
      ['pear', 'apple'],
    ],
    ['F225 and', { filters: { type: 'and', children: [tag, score('>', 0.1)] } }, ['apple']],
    ['F225 or', { filters: { type: 'or', children: [tag, liked(false)] } }, ['pear', 'apple']],
    [
      'F225 not, of what is known',
      { function_name: 'plain', filters: { type: 'not', child: tag } },
      ['pear'],
    ],
    [
      'F225 not of an unknown metric is unknown',
      { function_name: 'plain', filters: { type: 'not', child: liked(true) } },
      ['pear'],
    ],
    ['F225 nothing in an empty or', { filters: { type: 'or', children: [] } }, []],
    [
      'F227 by a metric, the smallest first',
      {
        function_name: 'plain',
        order_by: [{ by: 'metric', name: 'score', direction: 'ascending' }],
      },
      ['pear', 'apple'],
    ],
    [
      'F227 by a metric, the greatest first',
      {
        function_name: 'plain',
        order_by: [{ by: 'metric', name: 'score', direction: 'descending' }],
      },
      ['apple', 'pear'],
    ],
    [
      'F227 the oldest first',
      { function_name: 'plain', order_by: [{ by: 'timestamp', direction: 'ascending' }] },
      ['apple', 'pear'],
    ],
    [
      'F227 F230 by relevance',
      {
        search_query_experimental: 'APPLES',
        order_by: [{ by: 'search_relevance', direction: 'descending' }],
      },
      ['pear', 'apple'],
    ],
    ['F230 a text with quotes', { search_query_experimental: '"apples"' }, ['pear']],
    ['F228 a page', { function_name: 'plain', limit: 1 }, ['pear']],
    ['F228 the next by offset', { function_name: 'plain', limit: 1, offset: 1 }, ['apple']],
  ])('%s', async (_, body, names) => {
    expect((await list(body)).names).toEqual(names)
  })

  test('F225 an episode', async () => {
    expect((await list({ episode_id: episodeId })).names).toEqual(['pear', 'apple'])
    expect((await list({ episode_id: NOBODY })).names).toEqual([])
  })

  test('F228 what is before and after an id', async () => {
    const { pear = '', apple = '' } = ids
    expect((await list({ before: pear })).names).toEqual(['apple'])
    expect((await list({ after: apple, limit: 2 })).names).toEqual(['plum', 'pear'])
  })

  test('what was answered just before', async () => {
    const { inferenceId } = await infer('plain', { ...said('Now'), tags: { now: 'yes' } })
    const filters = { type: 'tag', key: 'now', value: 'yes', comparison_operator: '=' }
    expect((await list({ filters })).inferences).toMatchObject([{ inference_id: inferenceId }])
  })
})

async function get(body: object) {
  const { json } = await post(gateway, '/v1/inferences/get_inferences', body)
  return json['inferences'] as Record<string, unknown>[]
}

describe('get_inferences', () => {
  test('F231 tells all of a chat inference', async () => {
    const [found, ...others] = await get({ ids: [ids['pear']] })
    expect(others).toEqual([])
    expect(found).toEqual({
      type: 'chat',
      function_name: 'plain',
      variant_name: 'a',
      input: {
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Pears and "apples"' }] }],
      },
      output: [{ type: 'text', text: expect.any(String) }],
      dispreferred_outputs: [],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      episode_id: episodeId,
      inference_id: ids['pear'],
      allowed_tools: ['weather', 'clock'],
      additional_tools: [
        {
          type: 'function',
          name: 'clock',
          description: 'Time',
          parameters: { type: 'object' },
          strict: false,
        },
      ],
      tool_choice: 'none',
      parallel_tool_calls: true,
      provider_tools: [
        { scope: null, tool: { type: 'a' } },
        { scope: GOOD, tool: { type: 'b' } },
      ],
      tags: { fruit: 'pear' },
      extra_body: [
        { model_name: 'good', provider_name: 'one', pointer: '/a', value: 1 },
        { variant_name: 'a', pointer: '/b', delete: true },
      ],
      inference_params: { chat_completion: { temperature: 0.5 } },
      processing_time_ms: expect.any(Number),
      ttft_ms: null,
      snapshot_hash: expect.stringMatching(/^[0-9a-f]+$/),
    })
  })

  test('F231 tells all of a json inference', async () => {
    const [found] = await get({ ids: [ids['plum']] })
    expect(found).toMatchObject({
      type: 'json',
      output: { raw: expect.any(String) },
      output_schema: { type: 'object' },
      dispreferred_outputs: [],
    })
    expect(found).not.toHaveProperty('provider_tools')
  })

  test('F229 shows demonstrations in the place of answers', async () => {
    const found = await get({
      ids: [ids['apple'], ids['pear'], ids['plum']],
      output_source: 'demonstration',
    })
    expect(found).toMatchObject([
      {
        output: { raw: '{"answer":"plums"}', parsed: { answer: 'plums' } },
        dispreferred_outputs: [{ raw: expect.any(String) }],
      },
      {
        output: [{ type: 'text', text: 'Of course' }],
        dispreferred_outputs: [[{ type: 'text', text: expect.any(String) }]],
      },
    ])
  })

  test('F229 leaves outputs out', async () => {
    const [found] = await get({ ids: [ids['apple']], output_source: 'none' })
    expect(found).not.toHaveProperty('output')
    expect(found).toHaveProperty('input')
  })

  test('F231 finds only what there is', async () => {
    expect(await get({ ids: [] })).toEqual([])
    expect(await get({ ids: [NOBODY] })).toEqual([])
    expect(await get({ ids: [ids['apple']], function_name: 'facts' })).toEqual([])
    const many = [NOBODY, ids['apple'], ids['apple']?.toUpperCase()]
    expect(await get({ ids: many })).toHaveLength(1)
  })
})

test.each([
  ['all of a function', { function_name: 'plain', filters: score('>', 0) }, 2],
  ['a text', { search_query_experimental: 'apples' }, 2],
])('F313 counts %s', async (_, body, count) => {
  const { json } = await post(gateway, '/internal/inferences/count', body)
  expect(json).toEqual({ count })
})
