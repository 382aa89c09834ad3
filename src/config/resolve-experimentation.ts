import type { Experimentation, Variant } from './functions.ts'
import { atKey, atValue, error, type Finding, type Path, warning } from './problems.ts'
import { suggest } from './nearest.ts'
import type * as Written from './schema-experimentation.ts'

/** What a rule of choice may name. */
export interface Choices {
  /** All that are written, also those with mistakes in them. */
  readonly variants: readonly string[]
  readonly metrics: readonly string[]
}

type Static = Extract<Experimentation, { type: 'static' }>
type Adaptive = Extract<Experimentation, { type: 'adaptive' }>

/** What is used where nothing is written: the old weights, or all variants alike. */
export function defaultExperimentation(variants: Iterable<Variant>): Static {
  const all = [...variants].toSorted((one, other) => (one.name < other.name ? -1 : 1))
  if (all.every(({ weight }) => weight === null)) {
    return toStatic(new Map(all.map(({ name }) => [name, 1])), [], true)
  }
  const weights = all.flatMap(({ name, weight }) =>
    weight !== null && weight > 0 ? [[name, weight] as const] : [],
  )
  const others = all.filter(({ weight }) => weight === null).map(({ name }) => name)
  return toStatic(new Map(weights), others)
}

/** A rule as its table describes it, with everything wrong in it. */
export function resolveRule(
  written: Written.Rule,
  path: Path,
  choices: Choices,
  findings: Finding[],
): Experimentation {
  const { type } = written
  if (type === 'adaptive' || type === 'track_and_stop') {
    findings.push(...deprecated(type, path), ...checkAdaptive(written, path, choices))
    return toAdaptive(written)
  }
  findings.push(...deprecated(type, path))
  const { candidate_variants: candidates, fallback_variants: fallbacks = [] } = written
  if (candidates === undefined && written.fallback_variants === undefined) {
    return toStatic(new Map(choices.variants.toSorted().map((name) => [name, 1])), [], true)
  }
  const weights = toWeights(candidates ?? [])
  findings.push(...checkStatic(candidates ?? [], fallbacks, path, choices))
  return toStatic(weights, fallbacks)
}

function toStatic(
  weights: ReadonlyMap<string, number>,
  fallbackVariants: readonly string[],
  uniform = false,
): Static {
  return Object.freeze({
    type: 'static',
    uniform,
    weights,
    fallbackVariants: Object.freeze([...fallbackVariants]),
  })
}

function toAdaptive(written: Extract<Written.Rule, { metric: string }>): Adaptive {
  return Object.freeze({
    type: 'adaptive',
    candidateVariants: Object.freeze([...written.candidate_variants]),
    fallbackVariants: Object.freeze([...written.fallback_variants]),
    metric: written.metric,
    minSamplesPerVariant: written.min_samples_per_variant,
    maxSamplesPerVariant: written.max_samples_per_variant,
    delta: written.delta,
    epsilon: written.epsilon,
    updatePeriodMs: written.update_period_s * 1000,
    minProb: written.min_prob,
  })
}

function toWeights(
  candidates: readonly string[] | Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  return new Map(
    isList(candidates) ? candidates.map((name) => [name, 1]) : Object.entries(candidates),
  )
}

function isList(
  value: readonly string[] | Readonly<Record<string, number>>,
): value is readonly string[] {
  return Array.isArray(value)
}

const SUCCESSORS = { uniform: 'static', static_weights: 'static', track_and_stop: 'adaptive' }

function deprecated(type: Written.Rule['type'], path: Path): Finding[] {
  if (type === 'static' || type === 'adaptive') return []
  const message = `Experimentation type \`${type}\` is deprecated. Use \`${SUCCESSORS[type]}\` instead.`
  return [warning('deprecated', message, atValue([...path, 'type']))]
}

type List = 'candidate_variants' | 'fallback_variants'

function checkStatic(
  candidates: readonly string[] | Readonly<Record<string, number>>,
  fallbacks: readonly string[],
  path: Path,
  { variants }: Choices,
): Finding[] {
  const names = isList(candidates) ? candidates : Object.keys(candidates)
  const unknown = (list: List, kind: string, keys: readonly (string | number)[]) =>
    (list === 'candidate_variants' ? names : fallbacks).flatMap((name, index) => {
      if (variants.includes(name)) return []
      const message = `static experimentation: ${kind} variant \`${name}\` does not exist in function variants`
      const place = atValue([...path, list, keys[index] ?? index])
      return [error('unknown_variant', message, place, suggest(name, variants, 'its variants'))]
    })
  const keys = isList(candidates) ? [] : names
  const weights = isList(candidates) ? [] : Object.entries(candidates)
  const findings = [
    ...unknown('candidate_variants', 'candidate', keys),
    ...unknown('fallback_variants', 'fallback', []),
    ...checkDuplicates(names, fallbacks, path),
    ...weights.filter(([, weight]) => weight < 0).map((pair) => negative(pair, path)),
  ]
  const hasActive = [...toWeights(candidates).values()].some((weight) => weight > 0)
  if (findings.length > 0 || hasActive || fallbacks.length > 0) return findings
  const message =
    'Experimentation config has no active candidate variants and no fallback variants. At least one is required.'
  return [error('no_variants', message, atKey([...path, 'candidate_variants']))]
}

function negative([name, weight]: readonly [string, number], path: Path): Finding {
  const message = `Invalid weight for variant \`${name}\` in static experimentation config: ${weight}`
  return error('invalid_value', message, atValue([...path, 'candidate_variants', name]))
}

function checkDuplicates(
  candidates: readonly string[],
  fallbacks: readonly string[],
  path: Path,
): Finding[] {
  const within = (names: readonly string[], list: List) => {
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
    if (twice.length === 0) return []
    const message = `\`${list}\` contains duplicate entries: ${twice.toSorted().join(', ')}`
    return [error('duplicate_variant', message, atValue([...path, list]))]
  }
  const both = [...new Set(fallbacks.filter((name) => candidates.includes(name)))]
  const message = `variants cannot appear in both \`candidate_variants\` and \`fallback_variants\`: ${both.toSorted().join(', ')}`
  return [
    ...within(candidates, 'candidate_variants'),
    ...within(fallbacks, 'fallback_variants'),
    ...(both.length > 0
      ? [error('duplicate_variant', message, atValue([...path, 'fallback_variants']))]
      : []),
  ]
}

type WrittenAdaptive = Extract<Written.Rule, { metric: string }>

function checkAdaptive(written: WrittenAdaptive, path: Path, choices: Choices): Finding[] {
  const { candidate_variants: candidates, fallback_variants: fallbacks, metric } = written
  const findings: Finding[] = []
  if (!choices.metrics.includes(metric)) {
    const message = `Track-and-Stop experiment references unknown metric '${metric}'. Available metrics: ${quoted(choices.metrics)}`
    const help = suggest(metric, choices.metrics, 'metrics')
    findings.push(error('unknown_metric', message, atValue([...path, 'metric']), help))
  }
  if (candidates.length === 0) {
    const message = 'Track-and-Stop candidate_variants cannot be empty'
    findings.push(error('no_variants', message, atValue([...path, 'candidate_variants'])))
  }
  for (const list of ['candidate_variants', 'fallback_variants'] as const) {
    for (const [index, name] of written[list].entries()) {
      if (choices.variants.includes(name)) continue
      const message = `Track-and-Stop ${list} includes unknown variant '${name}'. Available variants: ${quoted(choices.variants)}`
      const help = suggest(name, choices.variants, 'its variants')
      findings.push(error('unknown_variant', message, atValue([...path, list, index]), help))
    }
  }
  findings.push(...checkDuplicates(candidates, fallbacks, path))
  return [...findings, ...checkNumbers(written, path)]
}

function quoted(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`
}

function checkNumbers(written: WrittenAdaptive, path: Path): Finding[] {
  const { min_samples_per_variant: min, max_samples_per_variant: max } = written
  const { delta, epsilon, min_prob: minProb } = written
  const count = written.candidate_variants.length
  const rules: [boolean, keyof WrittenAdaptive, string][] = [
    [
      min >= 1,
      'min_samples_per_variant',
      `Track-and-Stop min_samples_per_variant must be >= 1, got ${min}`,
    ],
    [delta > 0 && delta < 1, 'delta', `Track-and-Stop delta must be in (0, 1), got ${delta}`],
    [epsilon >= 0, 'epsilon', `Track-and-Stop epsilon must be >= 0, got ${epsilon}`],
    [minProb >= 0, 'min_prob', `Track-and-Stop \`min_prob\` must be >= 0.0, got ${minProb}`],
    [
      minProb * count <= 1 + 1e-9,
      'min_prob',
      `Track-and-Stop min_prob is too large: min_prob (${minProb}) * num_candidate_variants (${count}) = ${minProb * count} > 1.0. The sum of minimum probabilities for candidate variants cannot exceed 1.0.`,
    ],
    [
      max >= min,
      'max_samples_per_variant',
      `\`max_samples_per_variant\` (${max}) must be >= \`min_samples_per_variant\` (${min})`,
    ],
  ]
  return rules
    .filter(([isKept]) => !isKept)
    .map(([, key, message]) => error('invalid_value', message, atValue([...path, key])))
}
