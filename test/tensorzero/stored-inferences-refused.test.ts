import { afterAll, expect, test } from 'vitest'
import { NOBODY, post, startFeedback } from '../support/feedback.ts'

const { gateway, close } = await startFeedback()
afterAll(close)

const score = { type: 'float_metric', metric_name: 'score', value: 1, comparison_operator: '<' }

test.each([
  [
    'F229 a source of nothing',
    { output_source: 'x' },
    400,
    'output_source: unknown variant `x`, expected one of `none`, `inference`, `demonstration`',
  ],
  [
    'F228 a page of less than nothing',
    { limit: -1 },
    400,
    'limit: invalid value: integer `-1`, expected u32',
  ],
  [
    'F227 an order by nothing',
    { order_by: [{ by: 'x' }] },
    400,
    'order_by[0].by: unknown variant `x`, expected one of `timestamp`, `search_relevance`, `metric`',
  ],
  ['F227 an order without its kind', { order_by: [{}] }, 400, 'order_by[0]: missing field `by`'],
  [
    'F228 both cursors',
    { before: NOBODY, after: NOBODY },
    400,
    "Cannot specify both 'before' and 'after' parameters",
  ],
  [
    'F228 a cursor and an offset',
    { before: NOBODY, offset: 0 },
    400,
    "Cannot use 'offset' with cursor pagination ('before' or 'after')",
  ],
  [
    'F228 a cursor and a metric',
    { before: NOBODY, function_name: 'plain', order_by: [{ by: 'metric', name: 'score' }] },
    400,
    "Cannot order by metric 'score'; only ordering by timestamp is supported with before/after pagination.",
  ],
  [
    'F227 relevance of nothing',
    { order_by: [{ by: 'search_relevance', direction: 'descending' }] },
    400,
    'ORDER BY search_relevance requires search_query_experimental to be provided',
  ],
  ['F225 an unknown function', { function_name: 'none' }, 404, 'Unknown function: none'],
  [
    'F226 an unknown metric',
    { filters: { ...score, metric_name: 'none' } },
    400,
    'Invalid metric name: none',
  ],
  ['F225 an unknown filter', { filters: { type: 'none' } }, 400, /filters/],
  ['F225 a filter without its value', { filters: { type: 'tag', key: 'a' } }, 400, /value/],
])('refuses %s', async (_, body, status, error) => {
  const answer = await post(gateway, '/v1/inferences/list_inferences', body)
  expect(answer.status).toBe(status)
  expect(answer.json).toEqual({
    error: typeof error === 'string' ? error : expect.stringMatching(error),
  })
})
