import { expect, test } from 'vitest'
import { loadTexts, remarks } from './fakes.ts'
import type { Variant } from './functions.ts'

const files = { 'judge.txt': 'Judge {{ strictly }}.', 'plain.txt': 'Judge it.', 'e.ts': '' }
const evaluator = (keys: string) => `functions.f.type = "chat"
[functions.f.evaluators.e]
${keys}`
const judge = (variants: string) =>
  evaluator(`type = "llm_judge"\noutput_type = "float"\noptimize = "min"\n${variants}`)
const variant = (name: string, keys = '') =>
  `variants.${name} = { type = "chat_completion", model = "stage::m", json_mode = "on", system_instructions = "plain.txt" ${keys} }`

const say = (text: string) => remarks({ 'weir.toml': text, ...files })

test.each([
  ['type = "regex"', 'error 2: `e` needs at least one of `must_match` and `must_not_match`'],
  ['type = "regex"\nmust_match = "("', 'error 4: `must_match` must be a regular expression'],
  ['type = "tool_use"\nbehavior = "any_of"', 'error 2: `e` needs `tools`: a list of at least one'],
  [
    'type = "tool_use"\nbehavior = "none"\ntools = ["t"]',
    'error 2: `e` takes no `tools` with this `behavior`',
  ],
  ['type = "exact_mach"', 'error 3: unknown type "exact_mach" in [functions.f.evaluators.e]'],
])('F053 an evaluator with %s is refused', async (keys, message) => {
  expect(await say(evaluator(keys))).toEqual([message])
})

test.each([
  ['type = "exact_match"\ncutoff = 0.5'],
  ['type = "regex"\nmust_match = "(?i)hello"'],
  ['type = "tool_use"\nbehavior = "all_of"\ntools = ["t"]'],
  ['type = "typescript"\ntypescript_file = "e.ts"\noutput_type = "float"\noptimize = "max"'],
])('an evaluator with %s is read', async (keys) => {
  expect(await say(evaluator(keys))).toEqual([])
})

test.each([
  [
    `${variant('a')}\n${variant('b')}`,
    'error 6: Evaluator `e` in `[functions.f.evaluators]` must have exactly 1 variant that is active. Found 0 variants with nonzero weights.',
  ],
  [
    variant('a', ', active = false'),
    'error 6: Evaluator `e` in `[functions.f.evaluators]` must have exactly 1 variant that is active. You have specified a single inactive variant.',
  ],
  [
    variant('a').replace('plain', 'judge'),
    'error 6: `functions.f.evaluators.e.variants.a.system_template`: template needs variables: [strictly] but only `system_text` is allowed when template has no schema',
  ],
  [variant('a').replace('stage::m', 'mine'), "error 6: Model name 'mine' not found in model table"],
])('a judge with %s is refused', async (variants, message) => {
  expect(await say(judge(variants))).toEqual([message])
})

test('names of evaluators and evaluations keep clear of `::`', async () => {
  const text = `functions.f.type = "chat"
functions.f.evaluators."a::b".type = "exact_match"
evaluations."c::d" = { type = "inference", function_name = "f", evaluators."e::f".type = "exact_match" }
evaluations.g = { type = "static", function_name = "h" }`
  expect(await say(text)).toEqual([
    'error 2: Evaluator names cannot contain "::" (referenced in `[functions.f.evaluators]`)',
    expect.stringContaining('warning 3: [evaluations] is accepted'),
    'error 3: evaluation names cannot contain "::" (referenced in `[evaluations.c::d]`)',
    'error 3: Evaluator names cannot contain "::" (referenced in `[evaluations.c::d]`)',
    'error 4: Function `h` not found (referenced in `[evaluations.g]`)',
  ])
})

const templatesOf = (made: Variant | undefined) =>
  made !== undefined && 'templates' in made ? made.templates : null

test('F053 a judge is a json function, and every evaluator has a metric', async () => {
  const text = `${judge(`description = "Is it good?"\n${variant('a')}\n${variant('b', ', active = true')}`)}
variants.c = { type = "experimental_best_of_n_sampling", candidates = ["a", "b"], evaluator = { model = "stage::m", json_mode = "tool", system_instructions = "plain.txt" } }
variants.d = { type = "experimental_mixture_of_n", candidates = ["a"], fuser = { model = "stage::m", json_mode = "tool", system_instructions = "plain.txt" } }
variants.e = { type = "experimental_dynamic_in_context_learning", model = "stage::m", embedding_model = "acme::e", k = 1 }
[evaluations.x]
type = "inference"
function_name = "f"
evaluators.m = { type = "exact_match" }`
  const { config } = await loadTexts({ 'weir.toml': text, ...files })
  const made = config.functions.get('tensorzero::llm_judge::function_name::f::e')
  expect(made).toMatchObject({
    type: 'json',
    description: 'Is it good?',
    experimentation: { uniform: false, weights: new Map([['b', 1]]), fallbackVariants: [] },
    outputSchema: { json: { required: ['score'] } },
  })
  expect([...(made?.variants.keys() ?? [])]).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(made?.outputSchema?.check({ score: 0.5 })).toEqual([])
  expect(made?.outputSchema?.check({ score: true })).toEqual([
    'true is not of type "number" (at /score)',
  ])
  const templates = templatesOf(made?.variants.get('a'))
  expect(templates?.get('system')?.render({})).toBe('Judge it.')
  const input = { input: 'Q', generated_output: 'A', reference_output: null }
  expect(templates?.get('user')?.render(input)).toBe('# Input\n\nQ\n\n# Generated output\n\nA')
  expect(templates?.get('user')?.render({ ...input, reference_output: 'R' })).toBe(
    '# Input\n\nQ\n\n# Generated output\n\nA\n\n# Reference output\n\nR',
  )
  expect([...config.metrics.values()]).toMatchObject([
    {
      name: 'tensorzero::function_name::f::evaluator_name::e',
      type: 'float',
      optimize: 'min',
      level: 'inference',
    },
    { name: 'tensorzero::evaluation_name::x::evaluator_name::m', type: 'boolean', optimize: 'max' },
  ])
  expect(config.functions.get('f')?.evaluators).toMatchObject({ e: { type: 'llm_judge' } })
  expect(config.evaluations).toMatchObject({ x: { function_name: 'f' } })
})
