import { expect, test } from 'vitest'
import { loadTexts, remarks } from './fakes.ts'

const functionWith = (rule: string, weight = '') => `
metrics.m = { type = "float", optimize = "max", level = "episode" }
functions.f.type = "chat"
functions.f.variants.a = { type = "chat_completion", model = "stage::m" ${weight} }
functions.f.variants.b = { type = "chat_completion", model = "stage::m" }
functions.f.variants.c = { type = "chat_completion", model = "stage::m" }
${rule === '' ? '' : `functions.f.experimentation = { ${rule} }`}`

const adaptive = (keys: string) =>
  `type = "adaptive", metric = "m", candidate_variants = ["a", "b"], ${keys}`

test.each([
  [
    'type = "static", candidate_variants = ["x"]',
    'static experimentation: candidate variant `x` does not exist in function variants',
  ],
  [
    'type = "static", candidate_variants = { x = 1 }',
    'static experimentation: candidate variant `x` does not exist in function variants',
  ],
  [
    'type = "static", candidate_variants = ["a"], fallback_variants = ["x"]',
    'static experimentation: fallback variant `x` does not exist in function variants',
  ],
  [
    'type = "static", candidate_variants = ["a", "b", "a"]',
    '`candidate_variants` contains duplicate entries: a',
  ],
  [
    'type = "static", candidate_variants = ["a"], fallback_variants = ["c", "b", "c", "b"]',
    '`fallback_variants` contains duplicate entries: b, c',
  ],
  [
    'type = "static", candidate_variants = ["b", "a"], fallback_variants = ["b", "a"]',
    'variants cannot appear in both `candidate_variants` and `fallback_variants`: a, b',
  ],
  [
    'type = "static", candidate_variants = { a = -1, b = 1 }',
    'Invalid weight for variant `a` in static experimentation config: -1',
  ],
  [
    'type = "static", candidate_variants = { a = 0 }',
    'Experimentation config has no active candidate variants and no fallback variants. At least one is required.',
  ],
  [
    'type = "adaptive", metric = "n", candidate_variants = ["a"]',
    `Track-and-Stop experiment references unknown metric 'n'. Available metrics: ["m"]`,
  ],
  [
    'type = "adaptive", metric = "m", candidate_variants = []',
    'Track-and-Stop candidate_variants cannot be empty',
  ],
  [
    'type = "adaptive", metric = "m", candidate_variants = ["x"]',
    `Track-and-Stop candidate_variants includes unknown variant 'x'. Available variants: ["a", "b", "c"]`,
  ],
  [
    adaptive('fallback_variants = ["x"]'),
    `Track-and-Stop fallback_variants includes unknown variant 'x'. Available variants: ["a", "b", "c"]`,
  ],
  [
    adaptive('min_samples_per_variant = 0'),
    'Track-and-Stop min_samples_per_variant must be >= 1, got 0',
  ],
  [adaptive('delta = 1.0'), 'Track-and-Stop delta must be in (0, 1), got 1'],
  [adaptive('epsilon = -0.1'), 'Track-and-Stop epsilon must be >= 0, got -0.1'],
  [adaptive('min_prob = -0.1'), 'Track-and-Stop `min_prob` must be >= 0.0, got -0.1'],
  [
    adaptive('min_prob = 0.6'),
    'Track-and-Stop min_prob is too large: min_prob (0.6) * num_candidate_variants (2) = 1.2 > 1.0. The sum of minimum probabilities for candidate variants cannot exceed 1.0.',
  ],
  [
    adaptive('max_samples_per_variant = 9'),
    '`max_samples_per_variant` (9) must be >= `min_samples_per_variant` (10)',
  ],
])('F026 F027 F028 F029 %s is refused', async (rule, message) => {
  expect(await remarks(functionWith(rule))).toEqual([`error 7: ${message}`])
  const inNamespace = `type = "uniform", namespaces.tenant = { ${rule} }`
  expect(await remarks(functionWith(inNamespace))).toContain(`error 7: ${message}`)
})

test('old and new ways do not mix', async () => {
  const text = functionWith('type = "static", candidate_variants = ["a"]', ', weight = 1')
  expect(await remarks(text)).toEqual([
    'error 4: Cannot mix `experimentation` configuration with individual variant `weight` values. The following variants have weights specified: a. Either use the `experimentation` section to control variant sampling, or specify `weight` on individual variants, but not both.',
  ])
})

const experimentationOf = async (rule: string, weight = '') => {
  const { config, warnings } = await loadTexts({ 'weir.toml': functionWith(rule, weight) })
  const found = config.functions.get('f')
  return { rule: found?.experimentation, found, warned: warnings.map(({ message }) => message) }
}
const weights = (entries: Record<string, number>) => new Map(Object.entries(entries))

test('F026 without a rule all variants share alike', async () => {
  expect(await experimentationOf('')).toMatchObject({
    rule: { uniform: true, weights: weights({ a: 1, b: 1, c: 1 }), fallbackVariants: [] },
    warned: [],
  })
})

test('F025 old weights choose, and who has none steps in', async () => {
  expect(await experimentationOf('', ', weight = 2')).toMatchObject({
    rule: { uniform: false, weights: weights({ a: 2 }), fallbackVariants: ['b', 'c'] },
    warned: ['The `weight` field on variants is deprecated'],
  })
  expect(await experimentationOf('', ', weight = 0')).toMatchObject({
    rule: { weights: new Map(), fallbackVariants: ['b', 'c'] },
  })
})

test.each([
  [
    'type = "static", candidate_variants = ["b", "a"], fallback_variants = ["c"]',
    { uniform: false, weights: weights({ b: 1, a: 1 }), fallbackVariants: ['c'] },
    [],
  ],
  [
    'type = "static", candidate_variants = { a = 0.9, b = 0.1 }',
    { uniform: false, weights: weights({ a: 0.9, b: 0.1 }), fallbackVariants: [] },
    [],
  ],
  [
    'type = "uniform"',
    { uniform: true, weights: weights({ a: 1, b: 1, c: 1 }) },
    ['Experimentation type `uniform` is deprecated. Use `static` instead.'],
  ],
  [
    'type = "uniform", fallback_variants = ["c"]',
    { uniform: false, weights: new Map(), fallbackVariants: ['c'] },
    ['Experimentation type `uniform` is deprecated. Use `static` instead.'],
  ],
  [
    'type = "static_weights", candidate_variants = { a = 1 }',
    { uniform: false, weights: weights({ a: 1 }) },
    ['Experimentation type `static_weights` is deprecated. Use `static` instead.'],
  ],
  [
    'type = "track_and_stop", metric = "m", candidate_variants = ["a"]',
    { type: 'adaptive', minProb: 0 },
    ['Experimentation type `track_and_stop` is deprecated. Use `adaptive` instead.'],
  ],
  [
    adaptive('algorithm = "track_and_stop", fallback_variants = ["c"], update_period_s = 1'),
    {
      type: 'adaptive',
      candidateVariants: ['a', 'b'],
      fallbackVariants: ['c'],
      metric: 'm',
      minSamplesPerVariant: 10,
      maxSamplesPerVariant: 10_000,
      delta: 0.05,
      epsilon: 0,
      updatePeriodMs: 1000,
      minProb: 0,
    },
    [],
  ],
])('F026 F027 F030 %s is read', async (written, rule, warned) => {
  expect(await experimentationOf(written)).toMatchObject({ rule, warned })
})

test('F031 a namespace may have its own rule', async () => {
  const { found } = await experimentationOf(
    'type = "static", candidate_variants = ["a"], namespaces.tenant = { type = "static", candidate_variants = ["b"] }',
  )
  expect(found?.experimentationOf.get('tenant')).toMatchObject({ weights: weights({ b: 1 }) })
})

const tenants = (rule: string, keys: string) => `
models.own = { routing = ["p"], namespace = "one", providers.p = { type = "stage", model_name = "m" } }
functions.f.type = "chat"
functions.f.variants.a = { type = "chat_completion", model = "stage::m" }
functions.f.variants.b = { type = "chat_completion", ${keys} }
functions.f.experimentation = { ${rule} }`

test.each([
  [
    'type = "static", candidate_variants = ["a", "b"]',
    'model = "own"',
    'Variant `b` of function `f` uses model `own` which has namespace `one`, but the variant is reachable from the base experimentation config. Namespaced model variants must only be reachable from a matching namespace experimentation config.',
  ],
  [
    'type = "static", candidate_variants = ["a"], namespaces.two = { type = "static", candidate_variants = ["b"] }',
    'model = "own"',
    'Variant `b` of function `f` uses model `own` which has namespace `one`, but the variant is reachable from namespace `two` experimentation config. Namespaced model variants must only be reachable from a matching namespace experimentation config.',
  ],
  [
    'type = "static", candidate_variants = ["a"], fallback_variants = ["b"]',
    'model = "stage::m", namespace = "one"',
    'Variant `b` of function `f` has namespace `one`, but the variant is reachable from the base experimentation config. Namespaced variants must only be reachable from a matching namespace experimentation config.',
  ],
])('F032 with %s nobody else may reach what is of a namespace', async (rule, keys, message) => {
  expect(await remarks(tenants(rule, keys))).toEqual([`error 5: ${message}`])
})

test('F032 a namespace reaches what is its own', async () => {
  const rule =
    'type = "static", candidate_variants = ["a"], namespaces.one = { type = "static", candidate_variants = ["b"] }'
  expect(await remarks(tenants(rule, 'model = "own", namespace = "one"'))).toEqual([])
})
