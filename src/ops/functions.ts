import type { FunctionConfig, MetricConfig, Variant } from '../config/functions.ts'
import type { Engine } from '../engine/engine.ts'
import { DEFAULT_FUNCTION } from '../engine/functions/default-function.ts'
import { functionNamed } from '../engine/functions/function-named.ts'
import type { UsageRow } from '../store/usage.ts'
import {
  type ExperimentView,
  type MeasuredVariant,
  measureMetrics,
  viewExperiment,
} from './experiments.ts'

/** A function, configured or found in the log, and how much it was used. */
export interface FunctionSummary {
  readonly name: string
  /** Null: it is not configured any more. */
  readonly fn: FunctionConfig | null
  /** Null: never. */
  readonly usage: UsageRow | null
}

/** All functions, those used last first. Plain models are no function of anybody's. */
export async function listFunctions({
  config,
  stored,
}: Pick<Engine, 'config' | 'stored'>): Promise<FunctionSummary[]> {
  const { functions } = config()
  const rows = await stored?.reads.usage({ level: 'inference', period: 'all', by: ['function'] })
  const usage = new Map((rows ?? []).map((row) => [row.names.function ?? '', row]))
  const names = new Set([...functions.keys(), ...usage.keys()])
  names.delete(DEFAULT_FUNCTION)
  return [...names]
    .map((name) => ({
      name,
      fn: functions.get(name) ?? null,
      usage: usage.get(name) ?? null,
    }))
    .toSorted((one, other) => (other.usage?.lastAt ?? 0) - (one.usage?.lastAt ?? 0))
}

export interface FunctionView {
  readonly name: string
  readonly fn: FunctionConfig | null
  readonly variants: readonly VariantSummary[]
  readonly experiment: ExperimentView | null
  readonly metrics: readonly MeasuredMetric[]
  /** Requests of each variant in each of the last hours, the oldest first. */
  readonly throughput: readonly { startedAt: number; counts: ReadonlyMap<string, number> }[]
}

export interface VariantSummary {
  readonly name: string
  readonly variant: Variant | null
  readonly usage: UsageRow | null
}

interface MeasuredMetric {
  readonly name: string
  readonly metric: MetricConfig | null
  readonly variants: readonly MeasuredVariant[]
}

const HOUR_MS = 3_600_000
const HOURS = 48

/** One function with all that is known of it. Throws `GatewayError` (404). */
export async function viewFunction(
  engine: Pick<Engine, 'config' | 'stored' | 'clock' | 'experiments'>,
  name: string,
): Promise<FunctionView> {
  const config = engine.config()
  const [used, measured, throughput] = await Promise.all([
    usageOfVariants(engine, name),
    measureMetrics(engine, name),
    throughputOf(engine, name),
  ])
  const fn = used.size > 0 ? (config.functions.get(name) ?? null) : functionNamed(config, name)
  const names = new Set([...(fn?.variants.keys() ?? []), ...used.keys()])
  return {
    name,
    fn,
    variants: [...names].map((variant) => ({
      name: variant,
      variant: fn?.variants.get(variant) ?? null,
      usage: used.get(variant) ?? null,
    })),
    experiment: fn && fn.variants.size > 0 ? await viewExperiment(engine, name, null) : null,
    metrics: [...measured].map(([metric, variants]) => ({
      name: metric,
      metric: config.metrics.get(metric) ?? null,
      variants,
    })),
    throughput,
  }
}

async function usageOfVariants(
  { stored }: Pick<Engine, 'stored'>,
  name: string,
): Promise<Map<string, UsageRow>> {
  const rows = await stored?.reads.usage({
    level: 'inference',
    period: 'all',
    by: ['variant'],
    where: { function: name },
    quantiles: [0.5],
  })
  return new Map((rows ?? []).map((row) => [row.names.variant ?? '', row]))
}

async function throughputOf(
  { stored, clock }: Pick<Engine, 'stored' | 'clock'>,
  name: string,
): Promise<FunctionView['throughput']> {
  const last = Math.floor(clock.now() / HOUR_MS) * HOUR_MS
  const first = last - (HOURS - 1) * HOUR_MS
  const rows = await stored?.reads.usage({
    level: 'inference',
    period: 'hour',
    by: ['variant'],
    where: { function: name },
    from: first,
  })
  const found = Map.groupBy(rows ?? [], ({ startedAt }) => startedAt)
  return Array.from({ length: HOURS }, (_, at) => {
    const startedAt = first + at * HOUR_MS
    const counts = new Map(
      (found.get(startedAt) ?? []).map(({ names, count }) => [names.variant ?? '', count]),
    )
    return { startedAt, counts }
  })
}
