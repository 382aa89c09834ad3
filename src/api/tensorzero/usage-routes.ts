import { z } from 'zod'
import type { Route } from '../../http/route.ts'
import type { UsageRow } from '../../store/usage.ts'
import type { App } from '../app.ts'
import { compact } from '../compact.ts'
import { checkFunction } from './list-request.ts'
import { known } from './model-inferences.ts'
import { nativeRoute, storedOf } from './native-route.ts'
import { lastOf, MaxPeriods, periodsUpTo, periodStart, TimeWindow } from './periods.ts'

/** Those that TensorZero's pages ask for. */
const QUANTILES = [
  0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995,
  0.999,
]

/** What TensorZero keeps: answers that came out well, also out of the cache. */
const KEPT = ['ok', 'cached'] as const

const Series = z.object({ time_window: TimeWindow, max_periods: MaxPeriods })

const millis = (times: readonly (number | null)[]) =>
  times.map((us) => (us === null ? null : us / 1000))
const dollars = (nano: number | null) => (nano === null ? null : nano / 1e9)

function sumsOf(row: UsageRow) {
  return {
    input_tokens: row.inputTokens,
    output_tokens: row.outputTokens,
    count: row.count,
    cost: dollars(row.costNano),
    count_with_cost: row.costed,
  }
}

/** The newest period first. */
function newestFirst<Row extends { readonly period_start: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.period_start < other.period_start ? 1 : -1))
}

const modelCount = nativeRoute({
  method: 'GET',
  path: '/internal/models/count',
  summary: 'How many models have answered.',
  handle: async (app: App) => {
    const rows = await storedOf(app).reads.usage({
      level: 'attempt',
      period: 'all',
      by: ['model'],
      endings: KEPT,
    })
    return { model_count: rows.length }
  },
})

const modelUsage = nativeRoute({
  method: 'GET',
  path: '/internal/models/usage',
  summary: 'Tokens and costs of each model over time.',
  query: Series,
  handle: async (app: App, { query }) => {
    const rows = await storedOf(app).reads.usage({
      level: 'attempt',
      ...periodsUpTo(query.time_window, query.max_periods, app.engine.clock.now()),
      by: ['model'],
      endings: KEPT,
    })
    const data = rows.map((row) =>
      Object.assign(
        { period_start: periodStart(row.startedAt), model_name: row.names.model ?? '' },
        sumsOf(row),
      ),
    )
    return { data: newestFirst(data) }
  },
})

const modelLatency = nativeRoute({
  method: 'GET',
  path: '/internal/models/latency',
  summary: 'How fast each model answers.',
  query: z.object({ time_window: TimeWindow }),
  handle: async (app: App, { query }) => {
    const rows = await storedOf(app).reads.usage({
      level: 'attempt',
      period: 'all',
      ...lastOf(query.time_window, app.engine.clock.now()),
      by: ['model'],
      endings: KEPT,
      quantiles: QUANTILES,
    })
    const data = rows.map((row) => ({
      model_name: row.names.model ?? '',
      response_time_ms_quantiles: millis(row.latencyUs),
      ttft_ms_quantiles: millis(row.ttftUs),
      count: row.count,
    }))
    return { quantiles: QUANTILES, data }
  },
})

const cacheStatistics = nativeRoute({
  method: 'GET',
  path: '/internal/models/cache_statistics',
  summary: "How much of the input came out of the providers' caches.",
  query: Series.extend({
    model_name: z.string().optional(),
    model_provider_name: z.string().optional(),
  }),
  handle: async (app: App, { query }) => {
    const { model_name: model, model_provider_name: provider } = query
    const rows = await storedOf(app).reads.usage({
      level: 'attempt',
      ...periodsUpTo(query.time_window, query.max_periods, app.engine.clock.now()),
      by: ['model', 'provider'],
      where: compact({ model, provider }),
      endings: ['ok'],
    })
    const data = rows.map((row) => ({
      period_start: periodStart(row.startedAt),
      model_name: row.names.model ?? '',
      model_provider_name: row.names.provider ?? '',
      input_tokens: row.inputTokens,
      cache_read_input_tokens: row.usage.cacheRead,
      cache_write_input_tokens: row.usage.cacheWrite,
      count: row.count,
      cache_read_ratio: ratioOf(row),
    }))
    return { data: newestFirst(data) }
  },
})

function ratioOf({ inputTokens, usage }: UsageRow): number | null {
  return inputTokens && usage.cacheRead !== null ? usage.cacheRead / inputTokens : null
}

const functionCounts = nativeRoute({
  method: 'GET',
  path: '/internal/functions/inference_counts',
  summary: 'How often each function was used.',
  handle: async (app: App) => {
    const rows = await storedOf(app).reads.usage({
      level: 'inference',
      period: 'all',
      by: ['function'],
      endings: KEPT,
    })
    return {
      functions: rows
        .toSorted((one, other) => other.lastAt - one.lastAt)
        .map((row) => ({
          function_name: row.names.function ?? '',
          last_inference_timestamp: new Date(row.lastAt).toISOString(),
          inference_count: row.count,
        })),
    }
  },
})

const throughput = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:function/throughput_by_variant',
  summary: 'How often each variant of a function was used over time.',
  query: z.object({ time_window: TimeWindow, max_periods: MaxPeriods.default(10) }),
  handle: async (app: App, { params, query }) => {
    const rows = await variantRows(app, params, query)
    const data = rows.map((row) => ({
      period_start: new Date(row.startedAt ?? 0).toISOString(),
      variant_name: row.names.variant ?? '',
      count: row.count,
    }))
    return { throughput: newestFirst(data) }
  },
})

const variantUsage = nativeRoute({
  method: 'GET',
  path: '/internal/functions/:function/variant_usage',
  summary: 'Tokens, costs and times of each variant of a function over time.',
  query: Series,
  handle: async (app: App, { params, query }) => {
    const rows = await variantRows(app, params, query)
    const data = rows.map((row) =>
      Object.assign(
        { period_start: periodStart(row.startedAt), variant_name: row.names.variant ?? '' },
        sumsOf(row),
        timesOf(row),
      ),
    )
    return { quantiles: QUANTILES, data: newestFirst(data) }
  },
})

function timesOf(row: UsageRow) {
  return {
    processing_time_ms_quantiles: millis(row.latencyUs),
    ttft_ms_quantiles: millis(row.ttftUs),
  }
}

function variantRows(
  app: App,
  params: Record<string, string>,
  query: { readonly time_window: TimeWindow; readonly max_periods: number },
): Promise<UsageRow[]> {
  const name = params['function'] ?? ''
  checkFunction(app.engine.config(), name)
  return storedOf(app).reads.usage({
    level: 'inference',
    ...periodsUpTo(query.time_window, query.max_periods, app.engine.clock.now()),
    by: ['variant'],
    where: { function: name },
    endings: KEPT,
    quantiles: QUANTILES,
  })
}

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
/** One name, or several with commas between them, or the parameter several times. */
const Names = z
  .union([z.string(), z.array(z.string())])
  .transform((names) => (typeof names === 'string' ? names.split(',') : names))

const variantStatistics = nativeRoute({
  method: 'GET',
  path: '/internal/variant_statistics',
  summary: 'Tokens, costs and times of the variants of a function.',
  query: z.object({
    function_name: z.string(),
    variant_names: Names.optional(),
    after: Instant.optional(),
    before: Instant.optional(),
  }),
  handle: async (app: App, { query }) => {
    const { function_name: name, variant_names: variants, after: from, before: to } = query
    const rows = await storedOf(app).reads.usage({
      level: 'inference',
      period: 'all',
      ...compact({ from, to }),
      by: ['variant'],
      where: { function: name },
      endings: KEPT,
      quantiles: QUANTILES,
    })
    const wanted = rows.filter((row) => variants?.includes(row.names.variant ?? '') ?? true)
    const data = wanted.map((row) => statisticsOf(name, row))
    return { quantiles: QUANTILES, data }
  },
})

function statisticsOf(name: string, row: UsageRow) {
  return {
    function_name: name,
    variant_name: row.names.variant ?? '',
    inference_count: row.count,
    ...known({
      total_input_tokens: row.inputTokens,
      total_output_tokens: row.outputTokens,
      total_cost: dollars(row.costNano),
      count_with_cost: row.costed,
      total_provider_cache_read_input_tokens: row.usage.cacheRead,
      total_provider_cache_write_input_tokens: row.usage.cacheWrite,
    }),
    ...timesOf(row),
  }
}

export const usageRoutes: readonly Route<App>[] = [
  modelCount,
  modelUsage,
  modelLatency,
  cacheStatistics,
  functionCounts,
  throughput,
  variantUsage,
  variantStatistics,
]
