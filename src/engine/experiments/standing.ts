import type { Experimentation, MetricConfig } from '../../config/functions.ts'
import type { ArmStatistics, ExperimentSettings } from '../../domain/experiments/arms.ts'
import { decide, type Decision, type Verdict } from '../../domain/experiments/decide.ts'
import { varianceOf } from '../../domain/experiments/moments.ts'
import type { Json } from '../../domain/chat.ts'
import { asObject, asString } from '../../lib/json.ts'
import type { StoreClient } from '../../store/client.ts'

export type Adaptive = Extract<Experimentation, { type: 'adaptive' }>

/** An adaptive experiment of a function, or of a namespace that has its own. */
export interface Experiment {
  readonly functionName: string
  /** Null: of all requests, whatever their namespace. */
  readonly namespace: string | null
  readonly rule: Adaptive
  readonly metric: Pick<MetricConfig, 'type' | 'optimize'>
}

/** Where an experiment stands: what came in, and what is made of it. */
export interface Standing {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly statistics: readonly ArmStatistics[]
  readonly decision: Decision
}

/** Verdicts, so that a winner stays one over restarts and for all gateways on one store. */
const COLLECTION = 'experiment'

/** Reckons an experiment anew from what the store holds. `last` is the verdict before, if any. */
export async function reckon(
  experiment: Experiment,
  stored: StoreClient,
  { at, last }: { readonly at: number; readonly last: Verdict | null },
): Promise<Standing> {
  const { functionName, namespace, rule } = experiment
  const name = { collection: COLLECTION, key: `${functionName}\n${namespace ?? ''}` }
  const query = {
    functionName,
    metricName: rule.metric,
    ...(namespace !== null && { namespace }),
  }
  const [found, kept] = await Promise.all([
    stored.reads.feedbackByVariant(query),
    stored.reads.document(name),
  ])
  const statistics = rule.candidateVariants.map((variant): ArmStatistics => {
    const moments = found.find(({ variantName }) => variantName === variant)
    if (!moments) return { variant, count: 0, mean: 0, variance: null }
    return { variant, count: moments.count, mean: moments.mean, variance: varianceOf(moments) }
  })
  const previous = verdictIn(kept, rule.metric) ?? last
  const decision = decide(statistics, settingsOf(experiment), previous)
  if (decision.verdict && !isSame(decision.verdict, previous)) {
    const value = verdictJson(decision.verdict, rule.metric, at)
    // What cannot be written now is reckoned and written the next time.
    stored.change({ kind: 'put', ...name, value }).then(nothing, nothing)
  }
  return { at, statistics, decision }
}

/** Where an experiment stands of which nothing can be known. */
export function blankStanding(experiment: Experiment, at: number, last: Verdict | null): Standing {
  const statistics = experiment.rule.candidateVariants.map((variant) => {
    return { variant, count: 0, mean: 0, variance: null }
  })
  return { at, statistics, decision: decide(statistics, settingsOf(experiment), last) }
}

export function settingsOf({ rule, metric }: Experiment): ExperimentSettings {
  return {
    metric: metric.type,
    optimize: metric.optimize,
    delta: rule.delta,
    epsilon: rule.epsilon,
    minSamplesPerVariant: rule.minSamplesPerVariant,
    maxSamplesPerVariant: rule.maxSamplesPerVariant,
    minProbability: rule.minProb,
  }
}

/** Of another metric, a verdict says nothing. */
function verdictIn(kept: Json, metric: string): Verdict | null {
  const json = asObject(kept)
  const winner = asString(json?.['winner'])
  const over = json?.['over']
  if (winner === undefined || json?.['metric'] !== metric || !Array.isArray(over)) return null
  return { winner, over: over.filter((name) => typeof name === 'string') }
}

function verdictJson({ winner, over }: Verdict, metric: string, at: number): Json {
  return { metric, winner, over: [...over], at }
}

function isSame(one: Verdict, other: Verdict | null): boolean {
  return other !== null && one.winner === other.winner && beaten(one) === beaten(other)
}

function beaten({ over }: Verdict): string {
  return over.toSorted().join('\n')
}

function nothing(): void {}
