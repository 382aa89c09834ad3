import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from './support/gateway.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-functions-'))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return JSON.stringify(join(folder, name))
}
const OUTPUT = file(
  'out.json',
  '{"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"]}',
)
const TOPIC = file(
  'user.json',
  '{"type":"object","properties":{"topic":{"type":"string"}},"required":["topic"]}',
)
const TOPIC_TEMPLATE = file('user.minijinja', 'Write about {{ topic }}.')

const gateway = await startGateway(`
[models.good]
routing = ["one"]
providers.one = { type = "dummy", model_name = "good" }
[models.bad]
routing = ["one"]
providers.one = { type = "dummy", model_name = "error" }
[models.structured]
routing = ["one"]
providers.one = { type = "dummy", model_name = "json" }

[functions.plain]
type = "chat"
variants.a = { type = "chat_completion", model = "good" }

[functions.haiku]
type = "chat"
schemas.user.path = ${TOPIC}
[functions.haiku.variants.a]
type = "chat_completion"
model = "good"
templates.user.path = ${TOPIC_TEMPLATE}

[functions.shaky]
type = "chat"
experimentation = { type = "static", candidate_variants = ["broken"], fallback_variants = ["sound"] }
variants.broken = { type = "chat_completion", model = "bad" }
variants.sound = { type = "chat_completion", model = "good" }

[functions.broken]
type = "chat"
variants.a = { type = "chat_completion", model = "bad" }
variants.b = { type = "chat_completion", model = "bad" }

[functions.facts]
type = "json"
output_schema = ${OUTPUT}
variants.a = { type = "chat_completion", model = "structured", json_mode = "on" }

[functions.best]
type = "chat"
variants.a = { type = "chat_completion", model = "good", weight = 0 }
variants.b = { type = "chat_completion", model = "bad", weight = 0 }
[functions.best.variants.n]
type = "experimental_best_of_n_sampling"
weight = 1
candidates = ["a", "a", "b"]
evaluator = { model = "good" }
`)

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const say = (content: unknown) => ({ messages: [{ role: 'user', content }] })

async function post({ url }: TestGateway, body: object) {
  const response = await fetch(`${url}/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) as Record<string, unknown> }
}

test('F056 a function answers with its variant, content and usage', async () => {
  const { status, json } = await post(gateway, { function_name: 'plain', input: say('Hello') })
  expect(status).toBe(200)
  expect(json()).toMatchObject({
    variant_name: 'a',
    content: [{ type: 'text', text: expect.any(String) }],
    usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    finish_reason: 'stop',
  })
})

test('F057 a model by its name is a function of one variant', async () => {
  const { json } = await post(gateway, { model_name: 'good', input: say('Hello') })
  expect(json()).toMatchObject({ variant_name: 'good', content: [{ type: 'text' }] })
  expect(gateway.records.at(-1)).toMatchObject({
    functionName: 'tensorzero::default',
    variantName: 'good',
  })
})

test.each([
  [
    'F058 both targets',
    { function_name: 'plain', model_name: 'good', input: {} },
    400,
    'Only one of',
  ],
  ['F058 no target', { input: {} }, 400, 'Either `function_name` or `model_name`'],
  ['F059 an unknown field', { function_name: 'plain', input: {}, extra: 1 }, 400, 'extra'],
  ['an unknown function', { function_name: 'none', input: {} }, 404, 'Unknown function: none'],
  [
    'an unknown variant',
    { function_name: 'plain', variant_name: 'z', input: {} },
    404,
    'Unknown variant: z',
  ],
  [
    'F067 a tag of ours',
    { function_name: 'plain', input: {}, tags: { 'tensorzero::x': '1' } },
    400,
    "Tag name cannot start with 'tensorzero::': tensorzero::x",
  ],
  [
    'F135 arguments that the schema refuses',
    { function_name: 'haiku', input: say([{ type: 'template', name: 'user', arguments: {} }]) },
    400,
    'JSON Schema validation failed:',
  ],
  [
    'an unknown model',
    { model_name: 'nowhere', input: say('x') },
    400,
    "Invalid inference target: Invalid model name: Model name 'nowhere' not found in model table",
  ],
  [
    'F184 all variants failed',
    { function_name: 'broken', input: say('x') },
    502,
    'All variants failed with errors: ',
  ],
  [
    'F185 a pinned variant that failed',
    { function_name: 'broken', variant_name: 'a', input: say('x') },
    500,
    'All model providers failed to infer with errors: one: ',
  ],
])('%s is refused', async (_, body, status, message) => {
  const answer = await post(gateway, body)
  expect(answer.status).toBe(status)
  expect(answer.json()['error']).toContain(message)
})

test('F015 arguments go through the template of their name', async () => {
  const input = say([{ type: 'template', name: 'user', arguments: { topic: 'rain' } }])
  expect((await post(gateway, { function_name: 'haiku', input })).status).toBe(200)
  expect(gateway.records.at(-1)?.input).toMatchObject([
    { role: 'user', content: [{ type: 'text', text: 'Write about rain.' }] },
  ])
})

test('F028 a fallback variant answers when the candidates fail', async () => {
  const { json } = await post(gateway, { function_name: 'shaky', input: say('x') })
  expect(json()).toMatchObject({ variant_name: 'sound' })
  expect(gateway.records.at(-1)).toMatchObject({ variantName: 'sound', outcome: 'ok' })
  expect(gateway.records.at(-1)?.attempts).toHaveLength(2)
})

test('F061 F137 a json function gives raw text and what it means', async () => {
  const { json } = await post(gateway, { function_name: 'facts', input: say('x') })
  const output = json()['output'] as { raw: string; parsed: unknown }
  expect(output.parsed).toEqual(JSON.parse(output.raw))
  expect(output.parsed).toMatchObject({ answer: expect.any(String) })
})

test.each(['plain', 'facts'])(
  'F062 F063 the stream of %s ends in usage and [DONE]',
  async (name) => {
    const { text } = await post(gateway, { function_name: name, input: say('x'), stream: true })
    const events = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => line.slice(6))
    expect(events.at(-1)).toBe('[DONE]')
    expect(JSON.parse(events.at(-2) ?? '')).toMatchObject({
      ...(name === 'facts' ? { raw: '' } : { content: [] }),
      usage: { output_tokens: expect.any(Number) },
      finish_reason: 'stop',
    })
    expect(events.length).toBeGreaterThan(3)
  },
)

test('F190 F191 candidates run side by side, and chance decides where the judge does not', async () => {
  const { json } = await post(gateway, { function_name: 'best', input: say('x') })
  expect(json()).toMatchObject({ variant_name: 'n', content: [{ type: 'text' }] })
  const record = gateway.records.at(-1)
  // Two sound candidates, a broken one, and the evaluator.
  expect(record?.attempts).toHaveLength(4)
  expect(record?.warnings.join()).toContain('the evaluator named no candidate')
})

test('F089 F092 the OpenAI API calls a function by its name', async () => {
  const answer = await gateway.chat({
    model: 'tensorzero::function_name::plain',
    messages: [{ role: 'user', content: 'Hello' }],
  })
  expect(await answer.json()).toMatchObject({
    model: 'tensorzero::function_name::plain::variant_name::a',
    choices: [{ message: { content: expect.any(String) }, finish_reason: 'stop' }],
    usage: { total_tokens: expect.any(Number) },
  })
})
