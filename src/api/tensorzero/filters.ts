import { z } from 'zod'
import type { Engine } from '../../engine/engine.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { InferenceFilter, InferenceOrder, MetricName } from '../../domain/inference-query.ts'

type Config = ReturnType<Engine['config']>

// The filters and orders of lists, as TensorZero's API has them.

const Comparison = z.enum(['<', '<=', '=', '>', '>=', '!='])

const Tag = z.object({
  type: z.literal('tag'),
  key: z.string(),
  value: z.string(),
  comparison_operator: z.enum(['=', '!=']),
})
const Time = z.object({
  type: z.literal('time'),
  time: z.iso.datetime({ offset: true, error: 'input contains invalid characters' }),
  comparison_operator: Comparison,
})
const FloatMetric = z.object({
  type: z.literal('float_metric'),
  metric_name: z.string(),
  value: z.number(),
  comparison_operator: Comparison,
})
const BooleanMetric = z.object({
  type: z.literal('boolean_metric'),
  metric_name: z.string(),
  value: z.boolean(),
})
const Demonstration = z.object({
  type: z.literal('demonstration_feedback'),
  has_demonstration: z.boolean(),
})

type Leaf =
  | z.infer<typeof Tag>
  | z.infer<typeof Time>
  | z.infer<typeof FloatMetric>
  | z.infer<typeof BooleanMetric>
  | z.infer<typeof Demonstration>
export type Filter =
  | Leaf
  | { type: 'and' | 'or'; children: Filter[] }
  | { type: 'not'; child: Filter }

export const Filter: z.ZodType<Filter> = z.lazy(() =>
  z.discriminatedUnion('type', [
    FloatMetric,
    BooleanMetric,
    Demonstration,
    Tag,
    Time,
    z.object({ type: z.enum(['and', 'or']), children: z.array(Filter) }),
    z.object({ type: z.literal('not'), child: Filter }),
  ]),
)

const Direction = z.enum(['ascending', 'descending']).default('descending')

export const Order = z.discriminatedUnion('by', [
  z.object({ by: z.literal('timestamp'), direction: Direction }),
  z.object({ by: z.literal('search_relevance'), direction: Direction }),
  z.object({ by: z.literal('metric'), name: z.string(), direction: Direction }),
])
export type Order = z.infer<typeof Order>

/** Throws `GatewayError` (400) for a metric that is not configured. */
export function readFilter(config: Config, filter: Filter): InferenceFilter {
  switch (filter.type) {
    case 'and':
    case 'or':
      return {
        type: filter.type,
        children: filter.children.map((each) => readFilter(config, each)),
      }
    case 'not':
      return { type: 'not', child: readFilter(config, filter.child) }
    case 'float_metric':
    case 'boolean_metric': {
      const { level } = metricOf(config, filter.metric_name)
      const type = filter.type === 'float_metric' ? 'float' : 'boolean'
      return {
        type: 'metric',
        metric: { metric: filter.metric_name, type, level },
        comparison: filter.type === 'float_metric' ? filter.comparison_operator : '=',
        value: Number(filter.value),
      }
    }
    case 'demonstration_feedback':
      return { type: 'demonstration', has: filter.has_demonstration }
    case 'tag':
      return {
        type: 'tag',
        key: filter.key,
        value: filter.value,
        comparison: filter.comparison_operator,
      }
    case 'time': {
      const second = Math.floor(Date.parse(filter.time) / 1000)
      return { type: 'time', second, comparison: filter.comparison_operator }
    }
  }
}

/** Throws `GatewayError` (400) for a metric that is not configured. */
export function readOrder(config: Config, order: Order): InferenceOrder {
  const descending = order.direction === 'descending'
  switch (order.by) {
    case 'timestamp':
      return { by: 'time', descending }
    case 'search_relevance':
      return { by: 'relevance', descending }
    case 'metric':
      return { by: 'metric', ...metricOf(config, order.name), descending }
  }
}

function metricOf(config: Config, name: string): MetricName {
  const metric = config.metrics.get(name)
  if (metric) return { metric: name, type: metric.type, level: metric.level }
  throw new GatewayError('invalid_request', `Invalid metric name: ${name}`)
}
