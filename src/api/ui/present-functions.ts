import type { ExperimentView, MeasuredVariant } from '../../ops/experiments.ts'
import type { FunctionSummary, FunctionView, VariantSummary } from '../../ops/functions.ts'
import type { Experiment, FunctionDetail, FunctionList, Measured } from './contract-functions.ts'

const NANO = 1e9

export function presentSummary(of: FunctionSummary): FunctionList['functions'][number] {
  const { name, fn, usage } = of
  return {
    name,
    type: fn?.type ?? null,
    variants: fn?.variants.size ?? 0,
    adaptive: fn?.experimentation.type === 'adaptive',
    requests: usage?.count ?? 0,
    failed: usage?.failed ?? 0,
    last_used_at: usage && dateOf(usage.lastAt),
  }
}

export function presentFunction(of: FunctionView): FunctionDetail {
  return {
    name: of.name,
    type: of.fn?.type ?? null,
    description: of.fn?.description ?? null,
    variants: of.variants.map(presentVariant),
    experiment: of.experiment && presentExperiment(of.experiment),
    metrics: of.metrics.map(({ name, metric, variants }) => ({
      name,
      type: metric?.type ?? null,
      optimize: metric?.optimize ?? null,
      level: metric?.level ?? null,
      variants: variants.map(presentMeasured),
    })),
    throughput: of.throughput.map(({ startedAt, counts }) => ({
      started_at: dateOf(startedAt),
      counts: Object.fromEntries(counts),
    })),
  }
}

function presentVariant({ name, variant, usage }: VariantSummary) {
  const latencyUs = usage?.latencyUs[0] ?? null
  return {
    name,
    type: variant?.type ?? null,
    model: variant && 'model' in variant ? variant.model : null,
    requests: usage?.count ?? 0,
    failed: usage?.failed ?? 0,
    cost: usage?.costNano === undefined || usage.costNano === null ? null : usage.costNano / NANO,
    latency_p50_ms: latencyUs === null ? null : latencyUs / 1000,
    last_used_at: usage && dateOf(usage.lastAt),
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}

export function presentExperiment({ rule, probabilities, comparison }: ExperimentView): Experiment {
  return {
    type: rule.type,
    probabilities: Object.fromEntries(probabilities),
    fallback_variants: [...rule.fallbackVariants],
    adaptive: comparison && presentComparison(comparison, rule),
  }
}

function presentComparison(
  { metric, settings, decision, at, variants }: NonNullable<ExperimentView['comparison']>,
  rule: ExperimentView['rule'],
): Experiment['adaptive'] {
  const { state, leader, verdict, evidence } = decision
  return {
    metric,
    metric_type: settings.metric,
    optimize: settings.optimize,
    delta: settings.delta,
    epsilon: settings.epsilon,
    min_samples_per_variant: settings.minSamplesPerVariant,
    max_samples_per_variant: settings.maxSamplesPerVariant,
    update_period_s: rule.type === 'adaptive' ? rule.updatePeriodMs / 1000 : 0,
    state,
    leader,
    verdict: verdict && { winner: verdict.winner, over: [...verdict.over] },
    evidence,
    updated_at: dateOf(at),
    variants: variants.map(presentMeasured),
  }
}

function presentMeasured(of: MeasuredVariant): Measured {
  const { variant, count, mean, variance, interval } = of
  return {
    variant,
    count,
    mean,
    variance,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
  }
}
