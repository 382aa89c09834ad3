import { z } from 'zod'
import { DEFAULT_FUNCTION } from '../../engine/functions/default-function.ts'
import type { Route } from '../../http/route.ts'
import { measureSeries, SERIES_ALPHA, viewExperiment } from '../../ops/experiments.ts'
import { PERIODS } from '../../ops/periods.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { App } from '../app.ts'
import { presentExperiment } from '../ui/present-functions.ts'
import { nativeRoute } from './native-route.ts'

const probabilities = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:name/variant_sampling_probabilities',
  summary: "The share of a function's requests that each variant gets now.",
  query: z.object({ namespace: z.string().optional() }),
  handle: async ({ engine }: App, { params, query }) => {
    const { name = '' } = params
    // Its variants are the models' names: there is nothing to choose from.
    if (name === DEFAULT_FUNCTION) return { probabilities: {} }
    const view = await viewExperiment(engine, name, query.namespace ?? null)
    return { probabilities: Object.fromEntries(view.probabilities) }
  },
})

const experiment = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:name/experiment',
  summary: "How a function's variants are chosen, and what is known of them.",
  query: z.object({ namespace: z.string().optional() }),
  handle: async ({ engine }: App, { params, query }) =>
    presentExperiment(await viewExperiment(engine, params['name'] ?? '', query.namespace ?? null)),
})

const timeseries = nativeRoute({
  method: 'GET',
  path: '/internal/feedback/timeseries',
  summary: 'What a metric says of the variants of a function, period by period.',
  query: z.object({
    function_name: z.string(),
    metric_name: z.string(),
    variant_names: z.string().optional(),
    time_window: z.enum([...PERIODS, 'cumulative']),
    max_periods: z.coerce.number().int().min(1).max(1000),
  }),
  handle: async ({ engine }: App, { query }) => {
    const { time_window: period, variant_names: names } = query
    if (period === 'cumulative') {
      const message = 'Cumulative time window is not supported for feedback timeseries'
      throw new GatewayError('invalid_request', message)
    }
    const points = await measureSeries(engine, {
      functionName: query.function_name,
      metricName: query.metric_name,
      variants: names === undefined ? null : listed(names),
      period,
      periods: query.max_periods,
    })
    return {
      timeseries: points.map(({ end, variant, count, mean, variance, interval }) => ({
        period_end: new Date(end).toISOString().replace('.000Z', 'Z'),
        variant_name: variant,
        mean: mean ?? 0,
        variance,
        count,
        alpha: SERIES_ALPHA,
        cs_lower: interval?.lower ?? null,
        cs_upper: interval?.upper ?? null,
      })),
    }
  },
})

export const experimentRoutes: readonly Route<App>[] = [probabilities, experiment, timeseries]

function listed(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
