import type { Config } from '../config/config.ts'
import type { Experimentation } from '../config/functions.ts'
import type { ArmStatistics, ExperimentSettings } from '../domain/experiments/arms.ts'
import { confidenceSequences, type Interval } from '../domain/experiments/confidence.ts'
import type { Decision } from '../domain/experiments/decide.ts'
import { type Moments, varianceOf } from '../domain/experiments/moments.ts'
import type { Engine } from '../engine/engine.ts'
import {
  type Experiment,
  experimentOf,
  type Experiments,
} from '../engine/experiments/experiments.ts'
import { settingsOf } from '../engine/experiments/standing.ts'
import { ruleOf } from '../engine/functions/choose-variant.ts'
import { functionNamed } from '../engine/functions/function-named.ts'
import { lastEnds, type Period } from './periods.ts'

/** How a function's requests get their variant, and how its variants fare. */
export interface ExperimentView {
  readonly rule: Experimentation
  /** The share of each candidate now. */
  readonly probabilities: ReadonlyMap<string, number>
  /** Null where nothing is compared: shares are fixed. */
  readonly comparison: Comparison | null
}

interface Comparison {
  readonly metric: string
  readonly settings: ExperimentSettings
  readonly decision: Decision
  /** When the shares were reckoned last, ms since 1970. */
  readonly at: number
  readonly variants: readonly MeasuredVariant[]
}

/** What a metric says of a variant. */
export interface MeasuredVariant {
  readonly variant: string
  readonly count: number
  /** Null while there is no value. */
  readonly mean: number | null
  /** The sample variance; null for fewer than two values. */
  readonly variance: number | null
  /** Where the mean truly lies, safe to look at any time; null while nothing can be said. */
  readonly interval: Interval | null
}

/** The experiment of a function, or of a namespace that has one of its own. */
export async function viewExperiment(
  { config, experiments }: Pick<Engine, 'config' | 'experiments'>,
  functionName: string,
  namespace: string | null,
): Promise<ExperimentView> {
  const now = config()
  const fn = functionNamed(now, functionName)
  const rule = ruleOf(fn, namespace)
  if (rule.type === 'static') {
    return { rule, probabilities: sharesOf(rule), comparison: null }
  }
  return viewAdaptive(experiments, experimentOf(now, { fn, rule, namespace }))
}

async function viewAdaptive(
  experiments: Experiments,
  experiment: Experiment,
): Promise<ExperimentView> {
  const { at, statistics, decision } = await experiments.standing(experiment)
  const settings = settingsOf(experiment)
  return {
    rule: experiment.rule,
    probabilities: decision.probabilities,
    comparison: {
      metric: experiment.rule.metric,
      settings,
      decision,
      at,
      variants: measured(statistics, settings),
    },
  }
}

function sharesOf({
  weights,
  fallbackVariants,
}: Extract<Experimentation, { type: 'static' }>): Map<string, number> {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  if (total > 0) return new Map([...weights].map(([name, weight]) => [name, weight / total]))
  return new Map(fallbackVariants.map((name, at) => [name, at === 0 ? 1 : 0]))
}

function measured(
  statistics: readonly ArmStatistics[],
  settings: ExperimentSettings,
): MeasuredVariant[] {
  const intervals = confidenceSequences(statistics, settings)
  return statistics.map(({ variant, count, mean, variance }, at) => ({
    variant,
    count,
    mean: count > 0 ? mean : null,
    variance,
    interval: intervals[at] ?? null,
  }))
}

/** How all metrics of which something was said judge the variants of a function, by metric. */
export async function measureMetrics(
  { config, stored }: Pick<Engine, 'config' | 'stored'>,
  functionName: string,
): Promise<Map<string, MeasuredVariant[]>> {
  const found = (await stored?.reads.feedbackByVariant({ functionName })) ?? []
  const byMetric = Map.groupBy(found, ({ metricName }) => metricName)
  return new Map(
    [...byMetric]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([metric, entries]) => [
        metric,
        measured(entries.map(armOf), settingsFor(config(), metric)),
      ]),
  )
}

/** Of a metric that no experiment compares: only what its values mean matters. */
function settingsFor({ metrics }: Config, name: string): ExperimentSettings {
  const metric = metrics.get(name)
  return {
    metric: metric?.type ?? 'float',
    optimize: metric?.optimize ?? 'max',
    delta: SERIES_ALPHA,
    epsilon: 0,
    minSamplesPerVariant: 1,
    maxSamplesPerVariant: Infinity,
    minProbability: 0,
  }
}

function armOf(entry: Moments & { readonly variantName: string }): ArmStatistics {
  const { variantName, count, mean } = entry
  return { variant: variantName, count, mean, variance: varianceOf(entry) }
}

/** How often an interval of a series may miss: it holds at all its times at once. */
export const SERIES_ALPHA = 0.05

interface SeriesPoint extends MeasuredVariant {
  readonly end: number
}

/** What a metric's values add up to at the end of each of the last periods. */
export async function measureSeries(
  { config, stored, clock }: Pick<Engine, 'config' | 'stored' | 'clock'>,
  of: {
    readonly functionName: string
    readonly metricName: string
    readonly variants: readonly string[] | null
    readonly period: Period
    readonly periods: number
  },
): Promise<SeriesPoint[]> {
  const { functionName, metricName } = of
  const ends = lastEnds(of.period, of.periods, clock.now())
  const found = (await stored?.reads.feedbackUntil({ functionName, metricName }, ends)) ?? []
  const wanted = found.filter(({ variantName }) => of.variants?.includes(variantName) ?? true)
  const points = measured(wanted.map(armOf), settingsFor(config(), metricName))
  return points.map((point, at) => Object.assign(point, { end: wanted[at]?.end ?? 0 }))
}
