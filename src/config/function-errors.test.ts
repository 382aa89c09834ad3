import { expect, test } from 'vitest'
import { complaints, remarks } from './fakes.ts'

const files = {
  'text.txt': 'Say {{ user_text }}.',
  'other.txt': 'Say {{ what }} to {{ user.name }}.',
  'broken.txt': 'Say {% if',
  'any.json': '{"type":"object"}',
  'closed.json': '{"properties":{"who":{}},"additionalProperties":false}',
  'open.json': '{"properties":{"who":{}}}',
  'no.json': '{"type":"nope"}',
  'syntax.json': '{"type":',
  'who.txt': '{{ who }}{{ what }}{% if who %}{{ more }}{% endif %}',
}
const chat = `functions.f.type = "chat"
[functions.f.variants.v]
type = "chat_completion"
model = "stage::m"
`
const json = `functions.f.type = "json"
functions.f.variants.v.type = "chat_completion"
functions.f.variants.v.model = "stage::m"
functions.f.variants.v.json_mode = "on"
`
const say = (text: string) => remarks({ 'weir.toml': text, ...files })

test.each([
  [
    'a schema without its template',
    `functions.f.schemas.mine.path = "any.json"\n${chat}`,
    'error 3: `functions.f.variants.v.templates.mine` is required when `functions.f.schemas.mine` is specified',
  ],
  [
    'an old schema without its template',
    `functions.f.system_schema = "any.json"\n${chat}`,
    'error 3: `functions.f.variants.v.templates.system` is required when `functions.f.schemas.system` is specified',
  ],
  [
    'a schema in both forms',
    `functions.f.user_schema = "any.json"\nfunctions.f.schemas.user.path = "any.json"\n${chat}templates.user.path = "text.txt"`,
    'error 1: functions.f: Cannot specify both `schemas.user.path` and `user_schema`',
  ],
  [
    'a template in both forms',
    `${chat}user_template = "text.txt"\ntemplates.user.path = "text.txt"`,
    'error 5: functions.f.variants.v: Cannot specify both `templates.user.path` and `user_template`',
  ],
  [
    'a wrapper beside a schema',
    `functions.f.user_schema = "any.json"\n${chat}input_wrappers.user = "text.txt"`,
    'error 6: functions.f.variants.v: Cannot provide both `input_wrappers.user` and `user_schema`',
  ],
  [
    'a wrapper beside a template',
    `${chat}user_template = "text.txt"\ninput_wrappers.user = "text.txt"`,
    'error 5: functions.f.variants.v: Cannot provide both `input_wrappers.user` and `user` template',
  ],
  [
    'other variables than the text, without a schema',
    `${chat}user_template = "other.txt"`,
    'error 5: `functions.f.variants.v.user_template`: template needs variables: [user.name, what] but only `user_text` is allowed when template has no schema',
  ],
  [
    "another role's text",
    `${chat}system_template = "text.txt"`,
    'error 5: `functions.f.variants.v.system_template`: template needs variables: [user_text] but only `system_text` is allowed when template has no schema',
  ],
  [
    'a template that is none',
    `${chat}templates.x.path = "broken.txt"`,
    'error 5: broken.txt: Failed to add template: syntax error: unexpected end of input, expected expression in line 1',
  ],
  [
    'a schema of an unknown type',
    `functions.f.output_schema = "no.json"\n${json}`,
    'error 1: Failed to compile JSON Schema `no.json`: schema is invalid: data/type must be equal to one of the allowed values, data/type must be array, data/type must match a schema in anyOf',
  ],
  [
    'a schema that is no JSON',
    `functions.f.output_schema = "syntax.json"\n${json}`,
    'error 1: Failed to parse JSON Schema `syntax.json`: Unexpected end of JSON input',
  ],
  [
    'no JSON mode in a json function',
    `functions.f.type = "json"\nfunctions.f.variants.v = { type = "chat_completion", model = "stage::m" }`,
    'error 2: `json_mode` must be specified for `[functions.f.variants.v]` (parent function `f` is a JSON function)',
  ],
  [
    'no JSON mode in the fuser of a json function',
    `${json}functions.f.variants.w = { type = "mixture_of_n", candidates = ["v"], fuser = { model = "stage::m" } }`,
    'error 5: `json_mode` must be specified for `[functions.f.variants.w.fuser]` (parent function `f` is a JSON function)',
  ],
  [
    'a JSON mode in a chat function',
    `${chat}json_mode = "strict"`,
    'error 5: JSON mode is not supported for variant `v` (parent function is a chat function)',
  ],
  [
    'the JSON mode of tools beside tools',
    `tools.t = { description = "", parameters = "any.json" }\nfunctions.f.tools = ["t"]\n${chat}json_mode = "implicit_tool"`,
    'error 7: `functions.f.variants.v`: Cannot use `json_mode = "tool"` with chat functions that have tools configured. Please remove tools from the function or use a JSON function instead.',
  ],
  [
    'an unknown model',
    chat.replace('stage::m', 'mine'),
    "error 4: Model name 'mine' not found in model table",
  ],
  [
    'a model of the evaluator that is unknown',
    `${chat}[functions.f.variants.w]\ntype = "best_of_n"\ncandidates = ["v"]\nevaluator.model = "mine"`,
    "error 8: Model name 'mine' not found in model table",
  ],
  [
    'an unknown embedding model',
    `${chat}[functions.f.variants.w]\ntype = "dicl"\nk = 2\nmodel = "stage::m"\nembedding_model = "mine"`,
    'error 9: `functions.f.variants.w`: `embedding_model` must be a valid embedding model name',
  ],
  [
    'a negative distance',
    `${chat}[functions.f.variants.w]\ntype = "dicl"\nk = 2\nmodel = "stage::m"\nembedding_model = "acme::e"\nmax_distance = -1`,
    'error 10: `functions.f.variants.w`: `max_distance` must be non-negative (got -1)',
  ],
  [
    'an unknown candidate',
    `${chat}[functions.f.variants.w]\ntype = "best_of_n"\ncandidates = ["v", "x"]\nevaluator.model = "stage::m"`,
    'error 7: functions.f.variants.w: candidate `x` not found',
  ],
  [
    'a candidate that asks itself',
    `functions.f.type = "chat"\nfunctions.f.variants.w = { type = "best_of_n", candidates = ["w"], evaluator.model = "stage::m" }`,
    'error 2: functions.f.variants.w: it is among its own candidates',
  ],
  [
    'an old timeout beside a new one',
    `${chat}timeouts.non_streaming.total_ms = 5\n[functions.f.variants.w]\ntype = "best_of_n"\ntimeout_s = 1\ncandidates = ["v"]\nevaluator.model = "stage::m"`,
    'error 8: functions.f.variants.w: cannot use `timeout_s` when candidate `v` already has `[timeouts]` configured. Please remove `timeout_s` and configure timeouts directly on the candidate.',
  ],
  [
    'a timeout beyond the global one',
    `${chat}timeouts.non_streaming.total_ms = 900001`,
    'error 5: `total_ms` (900001) is longer than `gateway.global_outbound_http_timeout_ms` (900000)',
  ],
  [
    'an unknown tool',
    `functions.f.tools = ["t"]\n${chat}`,
    'error 1: `functions.f.tools`: tool `t` is not present in the config',
  ],
  [
    'an unknown tool as the choice',
    `functions.f.tool_choice.specific = "t"\n${chat}`,
    'error 1: `functions.f.tools`: tool `t` is not present in the config',
  ],
  [
    "a function's reserved name",
    'functions."tensorzero::f".type = "chat"',
    'error 1: User-defined function name cannot start with `tensorzero::`',
  ],
  [
    "a metric's reserved name",
    'metrics."tensorzero::m" = { type = "float", optimize = "min", level = "episode" }',
    "error 1: Metric name cannot start with 'tensorzero::': tensorzero::m",
  ],
  [
    'a metric called comment',
    'metrics.comment = { type = "float", optimize = "min", level = "episode" }',
    "error 1: Metric name 'comment' is reserved and cannot be used",
  ],
  [
    "a tool's reserved name",
    'tools."tensorzero::t" = { description = "", parameters = "any.json" }',
    "error 1: Tool name cannot start with 'tensorzero::': tensorzero::t",
  ],
  [
    "an embedding model's reserved name",
    'embedding_models."tensorzero::e" = { routing = ["p"], providers.p = { type = "acme", model_name = "x" } }',
    "error 1: Embedding model name cannot start with 'tensorzero::': tensorzero::e",
  ],
  [
    'a model for embeddings that makes none',
    'embedding_models.e = { routing = ["p"], providers.p = { type = "stage", model_name = "x" } }',
    'warning 1: the type `stage` makes no embeddings',
  ],
  [
    'a file that is not there',
    `${chat}templates.x.path = "nowhere.txt"`,
    expect.stringMatching(/^error 5: cannot read .*nowhere\.txt: there is no such file$/),
  ],
  [
    'thinking in a chat function',
    chat.replace('chat_completion', 'chain_of_thought'),
    'warning 3: `functions.f.variants.v`: only json functions can think in a field of their own',
  ],
  [
    "a namespace's name that is reserved",
    `${chat}namespace = "tensorzero::x"`,
    'error 5: `namespace` must not be empty or start with `tensorzero::`',
  ],
  [
    'a service that is none',
    `${chat}service_tier = "fast"`,
    'error 5: `service_tier` must be "auto" or "default" or "priority" or "flex", found "fast"',
  ],
])('F007 F020 F021 F024 points out %s', async (_, text, message) => {
  expect(await say(text)).toEqual([message])
})

const withSchema = (name: string) =>
  `functions.f.schemas.x.path = "${name}"\n${chat}templates.x.path = "who.txt"`

test('a template may use what its schema does not list, unless that can never work', async () => {
  expect(await say(withSchema('any.json'))).toEqual([])
  expect(await say(withSchema('open.json'))).toEqual([
    'warning 6: the template `x` uses `what`, which its schema does not know',
  ])
  expect(await say(withSchema('closed.json'))).toEqual([
    'warning 6: the template `x` uses `more`, which its schema does not allow',
    'error 6: the template `x` uses `what`, which its schema does not allow',
  ])
})

test('a template in the new form needs no schema for its variables', async () => {
  expect(await say(`${chat}templates.user.path = "other.txt"`)).toEqual([])
})

test('a mistake is shown with its place and what was meant', async () => {
  const text = `
[functions.f]
type = "chat"

[functions.f.variants.quick]
type = "chat_completion"
model = "stage::m"

[functions.f.variants.careful]
type = "best_of_n"
candidates = ["qick", "quick"]
evaluator = { model = "stage::m" }

[functions.f.variants.odd]
type = "chat_competion"
temprature = 1
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error functions.f.variants.careful: candidate \`qick\` not found
      --> weir.toml:10:15
       8 | [functions.f.variants.careful]
       9 | type = "best_of_n"
      10 | candidates = ["qick", "quick"]
         |               ^^^^^^
         = help: did you mean \`quick\`?
    error missing key \`model\` in [functions.f.variants.odd]
      --> weir.toml:13:23
      11 | evaluator = { model = "stage::m" }
      12 |
      13 | [functions.f.variants.odd]
         |                       ^^^
    error unknown type "chat_competion" in [functions.f.variants.odd]
      --> weir.toml:14:8
      13 | [functions.f.variants.odd]
      14 | type = "chat_competion"
         |        ^^^^^^^^^^^^^^^^
         = help: did you mean \`chat_completion\`?
    error unknown key \`temprature\` in [functions.f.variants.odd]
      --> weir.toml:15:1
      13 | [functions.f.variants.odd]
      14 | type = "chat_competion"
      15 | temprature = 1
         | ^^^^^^^^^^
         = help: did you mean \`temperature\`?"
  `)
})

test('a type that is a table is an unknown type too', async () => {
  expect(await say('functions.f.type = { x = 1 }')).toEqual([
    'error 1: unknown type a table in [functions.f]',
  ])
})
