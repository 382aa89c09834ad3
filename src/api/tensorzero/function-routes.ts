import { z } from 'zod'
import { varianceOf } from '../../domain/experiments/moments.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { InferenceFilter, InferenceQuery } from '../../domain/inference-query.ts'
import { DEFAULT_FUNCTION } from '../../engine/functions/default-function.ts'
import type { Route } from '../../http/route.ts'
import { upToNow } from '../../ops/up-to-now.ts'
import { type Performance, variantPerformances } from '../../ops/variant-performances.ts'
import type { StoreClient } from '../../store/client.ts'
import type { App } from '../app.ts'
import { compact } from '../compact.ts'
import { checkFunction } from './list-request.ts'
import { known } from './model-inferences.ts'
import { nativeRoute, storedOf } from './native-route.ts'
import { periodStart, TimeWindow } from './periods.ts'

type Metrics = ReturnType<App['engine']['config']>['metrics']
type MetricConfig = NonNullable<ReturnType<Metrics['get']>>

/** The function that a path names, configured; a variant of it, where the request names one. */
function functionIn(app: App, params: Record<string, string>, variant?: string): string {
  const config = app.engine.config()
  const name = params['function'] ?? ''
  checkFunction(config, name)
  const exists =
    name === DEFAULT_FUNCTION || config.functions.get(name)?.variants.has(variant ?? '')
  if (variant === undefined || exists) return name
  throw new GatewayError('not_found', `Unknown variant: ${variant}`)
}

const counts = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:function/inference_count',
  summary: 'How often a function was used.',
  query: z.object({
    variant_name: z.string().optional(),
    group_by: z.enum(['variant']).optional(),
  }),
  handle: async (app: App, { params, query }) => {
    const { variant_name: variant, group_by: by } = query
    const name = functionIn(app, params, variant)
    const stored = storedOf(app)
    await upToNow(stored)
    const rows = await stored.reads.usage({
      level: 'inference',
      period: 'all',
      by: ['variant'],
      where: { function: name, ...compact({ variant }) },
      endings: ['ok', 'cached'],
    })
    const variants = rows.toSorted((one, other) => other.count - one.count)
    return {
      inference_count: rows.reduce((sum, row) => sum + row.count, 0),
      ...(by && {
        count_by_variant: variants.map((row) => ({
          variant_name: row.names.variant ?? '',
          inference_count: row.count,
          last_used_at: `${new Date(row.lastAt).toISOString().slice(0, 19)}.000Z`,
        })),
      }),
    }
  },
})

const LEAST = -Number.MAX_VALUE

/** Those with any value of the metric, or with one that is good enough. */
function withMetric(metric: MetricConfig, threshold: number | null): InferenceFilter {
  const good = metric.optimize === 'max'
  const named = { metric: metric.name, type: metric.type, level: metric.level }
  const leaf = { type: 'metric', metric: named } as const
  if (threshold === null) return { ...leaf, comparison: '>=', value: LEAST }
  if (metric.type === 'boolean') return { ...leaf, comparison: '=', value: Number(good) }
  return { ...leaf, comparison: good ? '>' : '<', value: threshold }
}

const curated = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:function/inference_count/:metric',
  summary: 'How many inferences of a function have a metric, and how many are good by it.',
  query: z.object({ threshold: z.coerce.number().default(0) }),
  handle: async (app: App, { params, query }) => {
    const functionName = functionIn(app, params)
    const stored = storedOf(app)
    await upToNow(stored)
    const countOf = (filter: InferenceFilter) =>
      stored.reads.countInferences({ functionName, filter })
    if (params['metric'] === 'demonstration') {
      const shown = await countOf({ type: 'demonstration', has: true })
      return { feedback_count: shown, inference_count: shown }
    }
    const metric = metricNamed(app, params['metric'] ?? '')
    return {
      feedback_count: await countOf(withMetric(metric, null)),
      inference_count: await countOf(withMetric(metric, query.threshold)),
    }
  },
})

function metricNamed(app: App, name: string): MetricConfig {
  const metric = app.engine.config().metrics.get(name)
  if (metric) return metric
  throw new GatewayError('not_found', `Unknown metric: ${name}`)
}

const metrics = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:function/metrics',
  summary: 'Which metrics the inferences of a function have, and how many.',
  query: z.object({ variant_name: z.string().optional() }),
  handle: async (app: App, { params, query }) => {
    const functionName = functionIn(app, params)
    const stored = storedOf(app)
    await upToNow(stored)
    const of = { functionName, ...compact({ variantName: query.variant_name }) }
    const found = await countEach(app, stored, of)
    return {
      metrics: found
        .filter((metric) => metric.count > 0)
        .map((metric) => ({
          function_name: functionName,
          metric_name: metric.name,
          metric_type: metric.type,
          feedback_count: metric.count,
        })),
    }
  },
})

async function countEach(app: App, { reads }: StoreClient, of: InferenceQuery) {
  const found: { name: string; type: string; count: number }[] = []
  for (const metric of app.engine.config().metrics.values()) {
    const count = await reads.countInferences({ ...of, filter: withMetric(metric, null) })
    found.push({ name: metric.name, type: metric.type, count })
  }
  const count = await reads.countInferences({ ...of, filter: { type: 'demonstration', has: true } })
  found.push({ name: 'demonstration', type: 'demonstration', count })
  return found
}

/** Half the width of a 95 % interval, in standard errors. */
const Z = 1.96

const performances = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:function/variant_performances',
  summary: 'What a metric says of each variant of a function.',
  query: z.object({
    metric_name: z.string(),
    time_window: TimeWindow,
    variant_name: z.string().optional(),
  }),
  handle: async (app: App, { params, query }) => {
    const functionName = functionIn(app, params, query.variant_name)
    const metric = metricNamed(app, query.metric_name)
    const stored = storedOf(app)
    await upToNow(stored)
    const of = { functionName, metricName: metric.name }
    const { variant_name: wanted, time_window: window } = query
    const rows = await variantPerformances(stored, of, window, app.engine.clock.now())
    return {
      performances: rows
        .filter(({ variantName }) => wanted === undefined || variantName === wanted)
        .map(presentPerformance),
    }
  },
})

function presentPerformance(row: Performance) {
  const variance = varianceOf(row)
  const stdev = variance === null ? null : Math.sqrt(variance)
  return {
    period_start: periodStart(row.startedAt),
    variant_name: row.variantName,
    count: row.count,
    avg_metric: row.mean,
    ...known({ stdev, ci_error: stdev === null ? null : (Z * stdev) / Math.sqrt(row.count) }),
  }
}

export const nativeFunctions: readonly Route<App>[] = [counts, curated, metrics, performances]
