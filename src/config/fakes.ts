import { z } from 'zod'
import type { ChatWire, Provider } from '../providers/provider.ts'
import { loadConfig } from './load.ts'
import type { Loaded, LoadOptions } from './load.ts'
import { ConfigError, formatProblem } from './problems.ts'

/** A wire that nothing is ever sent over. */
const wire: ChatWire = {
  name: 'openai_chat',
  path: () => 'chat',
  namesModel: true,
  endMarks: [],
  encode: () => ({ body: {}, dropped: [] }),
  parts: () => [],
  decoder: () => ({ push: () => [], done: true }),
  error: () => null,
}

const fields = z.object({ model_name: z.string().min(1).describe('Its name there.') })

/** Has an address and wants a key. */
export const acme: Provider = {
  type: 'acme',
  wires: { chat: wire, embeddings: { ...wire, encode: () => ({ body: {}, dropped: [] }) } },
  auth: { type: 'bearer' },
  quirks: {},
  fields,
  shorthand: true,
  apiBase: 'https://api.acme.test/v1/',
  credential: 'env::ACME_API_KEY',
}

/** Must be told its address; has keys of its own. */
export const nearby: Provider = {
  type: 'nearby',
  wires: { chat: wire },
  auth: { type: 'bearer' },
  quirks: {},
  fields: fields.extend({
    format: z.enum(['plain', 'fancy']).default('plain').describe('How it answers.'),
    temperature: z.number().min(0).max(2).optional().describe('How warm.'),
    places: z.int().optional().describe('How many.'),
  }),
  shorthand: false,
  credential: 'none',
}

/** Answers by itself. */
export const stage: Provider = {
  type: 'stage',
  wires: { chat: wire },
  auth: { type: 'bearer' },
  quirks: {},
  fields,
  shorthand: true,
  credential: 'none',
  script: () => ({ status: 200, headers: {}, steps: [] }),
}

export const fakeProviders: readonly Provider[] = [acme, nearby, stage]

/** A bit of everything that functions can be. */
export const functionFiles = {
  'weir.toml': `
[functions.extract]
type = "json"
description = "Finds names."
output_schema = "names.json"
system_schema = "system.json"
schemas.hint.path = "system.json"

[functions.extract.variants.plain]
type = "chat_completion"
model = "stage::m"
system_template = "system.txt"
templates.hint.path = "system.txt"
json_mode = "implicit_tool"
temperature = 0.5
top_p = 0.9
max_tokens = 10
presence_penalty = 0.1
frequency_penalty = -0.1
seed = 7
stop_sequences = ["END"]
reasoning_effort = "low"
service_tier = "flex"
thinking_budget_tokens = 100
verbosity = "low"
retries = { num_retries = 2, max_delay_s = 1.5 }
timeouts.non_streaming.total_ms = 500
extra_body = [{ pointer = "/a", value = 1 }]
extra_headers = [{ name = "X-A", delete = true }]

[functions.extract.variants.thoughtful]
type = "experimental_chain_of_thought"
model = "stage::m"
system_template = "system.txt"
templates.hint.path = "system.txt"
json_mode = "strict"

[functions.extract.variants.learned]
type = "experimental_dynamic_in_context_learning"
model = "stage::m"
embedding_model = "acme::e"
k = 3
max_distance = 0.5
system_instructions = "plain.txt"
json_mode = "on"

[functions.extract.variants.untaught]
type = "dicl"
model = "stage::m"
embedding_model = "near"
k = 0
json_mode = "off"

[functions.ask]
type = "chat"
tools = ["find"]
tool_choice.specific = "find"
parallel_tool_calls = true

[functions.ask.variants.wrapped]
type = "chat_completion"
model = "stage::m"
system_template = "plain.txt"
input_wrappers.user = "wrapper.txt"

[functions.ask.variants.best]
type = "experimental_best_of_n_sampling"
candidates = ["wrapped", "wrapped"]
timeout_s = 1.5
evaluator = { model = "stage::m", templates.system.path = "plain.txt" }

[functions.ask.variants.mixed]
type = "experimental_mixture_of_n"
candidates = ["wrapped"]
fuser = { model = "stage::m", system_template = "plain.txt" }

[functions.idle]
type = "json"

[tools.find]
description = "Finds."
parameters = "names.json"
[tools.other]
name = "found"
description = "Finds too."
parameters = "names.json"
strict = true

[metrics.good]
type = "boolean"
optimize = "max"
level = "inference"
description = "Was it good?"

[embedding_models.near]
routing = ["p"]
timeout_ms = 5
providers.p = { type = "acme", model_name = "e" }
`,
  'names.json': '{"type":"object","properties":{"names":{"type":"array"}},"required":["names"]}',
  'system.json': '{"type":"object","properties":{"who":{"type":"string"}}}',
  'system.txt': 'For {{ who }}.\n',
  'plain.txt': 'Be kind.\n',
  'wrapper.txt': '<{{ user_text }}>',
}

/** Loads files from memory, by their names; other files than TOML are there to be named. */
export function loadTexts(
  texts: Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<Loaded> {
  const byPath = new Map(Object.entries(texts))
  return loadConfig({
    sources: Object.keys(texts).filter((name) => name.endsWith('.toml')),
    env: { ACME_API_KEY: 'acme-key' },
    providers: fakeProviders,
    readFile: async (path) => {
      for (const [name, text] of byPath) if (path.endsWith(name)) return text
      throw Object.assign(new Error('not there'), { code: 'ENOENT' })
    },
    ...options,
  })
}

/** Everything that is wrong with a file, as the terminal shows it. */
export function complaints(
  texts: string | Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<string> {
  const files = typeof texts === 'string' ? { 'weir.toml': texts } : texts
  return loadTexts(files, options).then(
    ({ warnings }) =>
      warnings.map((problem) => formatProblem(problem, { color: false })).join('\n'),
    (thrown: unknown) => {
      if (thrown instanceof ConfigError) return thrown.message
      throw thrown
    },
  )
}

/** The same in short: how bad, in which line, and what. */
export async function remarks(
  texts: string | Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<string[]> {
  const files = typeof texts === 'string' ? { 'weir.toml': texts } : texts
  const problems = await loadTexts(files, options).then(
    ({ warnings }) => warnings,
    (thrown: unknown) => {
      if (thrown instanceof ConfigError) return thrown.problems
      throw thrown
    },
  )
  return problems.map(({ severity, line, message }) => `${severity} ${line}: ${message}`)
}
