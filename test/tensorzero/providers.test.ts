import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { startGateway } from '../support/gateway.ts'
import { say } from '../support/native.ts'
import { completion, reply, startUpstream } from '../support/upstream.ts'

const ANSWERS: readonly [RegExp, string][] = [
  [/\/chat\/completions/, completion('Hello')],
  [
    /\/messages$/,
    '{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}',
  ],
  [
    /:generateContent/,
    '{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP"}]}',
  ],
  [
    /\/responses$/,
    '{"id":"r","object":"response","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}]}',
  ],
  [
    /\/converse$/,
    '{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}',
  ],
  [/./, completion('Hello')],
]
const upstream = await startUpstream(({ path }) => {
  const [, body = ''] = ANSWERS.find(([pattern]) => pattern.test(path)) ?? []
  return reply(200, body)
})
const { base } = upstream

/** Provider, its own keys, the end of the path it is asked at, and how it knows its caller. */
const PROVIDERS: readonly [string, string, string, string, string][] = [
  ['F139 F141 chat', 'openai', `api_base = "${base}"`, 'chat/completions', 'authorization'],
  [
    'F140 Responses',
    'openai',
    `api_base = "${base}", api_type = "responses"`,
    'responses',
    'authorization',
  ],
  ['F142 Messages', 'anthropic', `api_base = "${base}"`, 'messages', 'x-api-key'],
  [
    'F143 Converse',
    'aws_bedrock',
    `region = "us-east-1", endpoint_url = "${base}", api_key = "env::KEY"`,
    '/converse',
    'authorization',
  ],
  ['F145 Azure', 'azure', `endpoint = "${base}"`, 'chat/completions?api-version', 'api-key'],
  ['F146 DeepSeek', 'deepseek', '', 'chat/completions', 'authorization'],
  ['F147 Fireworks', 'fireworks', '', 'chat/completions', 'authorization'],
  ['F150 Gemini', 'google_ai_studio_gemini', '', ':generateContent', 'x-goog-api-key'],
  ['F151 Groq', 'groq', '', 'chat/completions', 'authorization'],
  ['F152 Hyperbolic', 'hyperbolic', '', 'chat/completions', 'authorization'],
  ['F153 Mistral', 'mistral', '', 'chat/completions', 'authorization'],
  ['F154 OpenRouter', 'openrouter', '', 'chat/completions', 'authorization'],
  ['F155 SGLang', 'sglang', `api_base = "${base}"`, 'chat/completions', 'authorization'],
  ['F156 TGI', 'tgi', `api_base = "${base}"`, 'chat/completions', 'authorization'],
  ['F157 Together', 'together', '', 'chat/completions', 'authorization'],
  ['F158 vLLM', 'vllm', `api_base = "${base}"`, 'chat/completions', 'authorization'],
  ['F159 xAI', 'xai', '', 'chat/completions', 'authorization'],
]
const NAMES: Readonly<Record<string, string>> = { aws_bedrock: 'model_id', azure: 'deployment_id' }
const ENV: Record<string, string> = { KEY: 'secret-1' }
const toml = PROVIDERS.map(([row, type, keys]) => {
  ENV[`WEIR_${type.toUpperCase()}_API_BASE`] = base
  const name = type === 'tgi' ? '' : `, ${NAMES[type] ?? 'model_name'} = "x-1"`
  const key = type === 'aws_bedrock' ? '' : ', api_key_location = "env::KEY"'
  const own = keys === '' ? '' : `, ${keys}`
  return `[models."${row}"]\nrouting = ["p"]\nproviders.p = { type = "${type}"${name}${key}${own} }\n`
}).join('')
const gateway = await startGateway(
  `${toml}
[functions.facts]
type = "json"
${PROVIDERS.map(
  ([row], at) =>
    `variants.v${at} = { type = "chat_completion", model = "${row}", json_mode = "strict", max_tokens = 9 }`,
).join('\n')}
`,
  ENV,
)
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

async function infer(body: object): Promise<{ json: JsonObject; request: (typeof seen)[number] }> {
  const { length } = seen
  const response = await fetch(`${gateway.url}/inference`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  const request = seen[length]
  const json = (await response.json()) as JsonObject
  if (!request) throw new Error(`Nobody was asked: ${JSON.stringify(json)}`)
  return { json, request }
}
const seen = upstream.requests

const params = { chat_completion: { max_tokens: 9 } }

test.each(PROVIDERS)('%s by %s answers', async (...given) => {
  const [row, , , path, header] = given
  const { json, request } = await infer({ model_name: row, input: say('Hi', 'Be brief.'), params })
  expect(json).toMatchObject({ content: [{ type: 'text', text: 'Hello' }] })
  expect(request.path).toContain(path)
  expect(request.headers[header]).toContain('secret-1')
  expect(request.body).toContain('Be brief.')
})

/** The words by which each kind of provider is held to a schema. */
const STRICT =
  /json_schema|guided_json|structured_outputs|output_config|output_format|responseSchema|responseJsonSchema|response_schema|json_object|"schema"/

test.each(PROVIDERS.map(([row, type], at) => [row, type, at] as const))(
  'F162 F163 %s by %s is held to a schema, or does without',
  async (_, type, at) => {
    const schema = { type: 'object', properties: { answer: { type: 'string' } } }
    const target = { function_name: 'facts', variant_name: `v${at}`, output_schema: schema }
    const { json, request } = await infer({ ...target, input: say() })
    expect(json['output']).toEqual({ raw: 'Hello', parsed: null })
    const without = ['hyperbolic', 'tgi', 'aws_bedrock']
    if (!without.includes(type)) expect(request.body).toMatch(STRICT)
  },
)

test('F160 F161 short names need no configuration', async () => {
  const env = { WEIR_OPENAI_API_BASE: base, OPENAI_API_KEY: 'secret-2' }
  await using short = await startGateway('', env)
  for (const [name, path] of [
    ['openai::gpt-x', 'chat/completions'],
    ['openai::responses::gpt-x', 'responses'],
  ]) {
    const { length } = seen
    await fetch(`${short.url}/inference`, {
      method: 'POST',
      body: JSON.stringify({ model_name: name, input: say() }),
    })
    expect(seen[length]?.path).toContain(path)
    expect(seen[length]?.body).toContain('"gpt-x"')
  }
})
