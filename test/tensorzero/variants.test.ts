import { afterAll, expect, test } from 'vitest'
import { say, startNative } from '../support/native.ts'

const SAMPLED = (name: string, evaluator: string, candidates: readonly string[]) => `
[functions.chat.variants.${name}]
type = "experimental_best_of_n_sampling"
candidates = ${JSON.stringify(candidates)}
evaluator = { model = "dummy::${evaluator}" }
`
const native = await startNative(
  `
[functions.chat]
type = "chat"
experimentation = { type = "static", candidate_variants = ["good"] }
variants.good = { type = "chat_completion", model = "dummy::good" }
variants.other = { type = "chat_completion", model = "dummy::alternate" }
variants.bad = { type = "chat_completion", model = "dummy::error" }
${SAMPLED('second', 'best_of_n_1', ['good', 'other'])}
${SAMPLED('out_of_range', 'best_of_n_big', ['good', 'other'])}
${SAMPLED('judge_fails', 'error', ['good', 'other'])}
${SAMPLED('one_left', 'error', ['bad', 'other'])}
${SAMPLED('none_left', 'best_of_n_0', ['bad', 'bad'])}
[functions.chat.variants.mixed]
type = "experimental_mixture_of_n"
candidates = ["good", "other"]
fuser = { model = "dummy::echo_request_messages" }
[functions.chat.variants.unmixed]
type = "experimental_mixture_of_n"
candidates = ["other", "other"]
fuser = { model = "dummy::error" }
[functions.facts]
type = "json"
output_schema = {{output.json}}
[functions.facts.variants.thinking]
type = "experimental_chain_of_thought"
model = "dummy::json_cot"
json_mode = "on"
[functions.facts.variants.reasoning]
type = "chat_completion"
model = "dummy::json_reasoner"
json_mode = "strict"
`,
  {
    'output.json':
      '{"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"]}',
  },
)
afterAll(() => native[Symbol.asyncDispose]())

const ask = (variant: string) => ({ function_name: 'chat', variant_name: variant, input: say() })
const GOOD = /^The heron/
const OTHER = /^A kingfisher/

test('F190 the judge’s choice is the answer, and all calls are counted', async () => {
  const { json } = await native.infer(ask('second'))
  expect(json).toMatchObject({
    variant_name: 'second',
    content: [{ text: expect.stringMatching(OTHER) }],
    usage: { input_tokens: 30, output_tokens: 3 },
  })
  const judged = native.gateway.records.at(-1)?.attempts.at(-1)?.rawRequest ?? ''
  expect(judged).toContain('The heron')
  expect(judged).toContain('answer_choice')
})

test('F190 a choice is streamed as one piece, with its usage last', async () => {
  const events = await native.stream(ask('second'))
  expect(events).toHaveLength(3)
  expect(events[0]).toMatchObject({ content: [{ text: expect.stringMatching(OTHER) }] })
  expect(events[1]).toMatchObject({
    content: [],
    usage: { output_tokens: 3 },
    finish_reason: 'stop',
  })
})

test.each(['out_of_range', 'judge_fails'])(
  'F191 chance chooses where the judge does not: %s',
  async (variant) => {
    const { status, json } = await native.infer(ask(variant))
    expect(status).toBe(200)
    expect(json).toMatchObject({ content: [{ text: expect.stringMatching(GOOD) }] })
  },
)

async function original(variant: string) {
  const { json } = await native.infer({ ...ask(variant), include_original_response: true })
  return json['original_response']
}

test('F073 F190 the original response is the judge’s; there is none where it failed', async () => {
  expect(await original('second')).toContain('answer_choice')
  expect(await original('judge_fails')).toBeUndefined()
  expect(await original('unmixed')).toBeUndefined()
  expect(await original('one_left')).toContain('A kingfisher')
})

test('F190 the only candidate that is left needs no judge', async () => {
  const { json } = await native.infer(ask('one_left'))
  expect(json).toMatchObject({ content: [{ text: expect.stringMatching(OTHER) }] })
  expect(native.gateway.records.at(-1)?.attempts).toHaveLength(2)
})

test('F081 F190 where no candidate is left, all are named', async () => {
  const { status, json } = await native.infer(ask('none_left'))
  expect(json['error']).toMatch(
    /^All candidates failed with errors: bad: All model providers failed/,
  )
  expect(status).toBe(502)
})

test('F192 the fuser sees the candidates, or one of them answers', async () => {
  const { json } = await native.infer(ask('mixed'))
  const [{ text } = { text: '' }] = json['content'] as { text: string }[]
  expect(text).toMatch(/The heron[^]*A kingfisher/)
  const without = await native.infer(ask('unmixed'))
  expect(without.json).toMatchObject({ content: [{ text: expect.stringMatching(OTHER) }] })
  const events = await native.stream(ask('mixed'))
  expect(events.length).toBeGreaterThan(5)
})

test('F138 F194 what a json function thought is kept beside its answer', async () => {
  for (const [variant, answer] of [
    ['thinking', 'tokyo!'],
    ['reasoning', 'Hello'],
  ] as const) {
    const body = { function_name: 'facts', variant_name: variant, input: say() }
    const { json } = await native.infer(body)
    expect(json['output']).toEqual({ raw: JSON.stringify({ answer }), parsed: { answer } })
    const told = JSON.stringify(native.gateway.records.at(-1))
    expect(told).toMatch(/auxiliary_content[^\]]*hmmm/)
  }
})
