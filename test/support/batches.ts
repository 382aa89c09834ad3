import type { JsonObject } from '../../src/lib/json.ts'
import { said } from './batch-upstream.ts'
import type { TestGateway } from './gateway.ts'
import { within } from './waiting.ts'

export const UNKNOWN = '0199aaaa-0000-7000-8000-000000000000'

export const openaiModel = (name: string, base: string, extra = '') => `
[models.${name}]
routing = ["there"]
[models.${name}.providers.there]
type = "openai"
model_name = "gpt-x"
api_base = "${base}"
api_key_location = "none"
${extra}
`

export const BATCH_COST = `
cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1000 }]
batch_cost = [
  { pointer = "/usage/prompt_tokens", cost_per_million = 100 },
  { pointer = "/usage/completion_tokens", cost_per_unit = 0.001 },
]`

export const HAIKU = `
[functions.haiku]
type = "chat"
[functions.haiku.variants.only]
type = "chat_completion"
model = "m"
temperature = 0.5
`

export interface Answered {
  readonly status: number
  readonly json: JsonObject
}

export function begin({ url }: TestGateway, body: object): Promise<Answered> {
  return ask(`${url}/batch_inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

export function poll({ url }: TestGateway, begun: Answered | string, inference?: string) {
  const id = typeof begun === 'string' ? begun : batchIdOf(begun)
  return ask(`${url}/batch_inference/${id}${inference ? `/inference/${inference}` : ''}`)
}

async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init)
  return { status: response.status, json: (await response.json()) as JsonObject }
}

export const texts = (...contents: string[]) =>
  contents.map((content) => ({ messages: [{ role: 'user', content }] }))

export const batchIdOf = ({ json }: Answered) => json['batch_id'] as string
export const idsOf = ({ json }: Answered) => json['inference_ids'] as string[]
export const inferencesOf = ({ json }: Answered) => json['inferences'] as JsonObject[]
export const stored = { stored: true } as const

/** What the model was asked, back. */
export const echo = (body: JsonObject) => {
  const messages = body['messages'] as { content: string | { text: string }[] }[]
  const content = messages.at(-1)?.content ?? ''
  return said(`re: ${typeof content === 'string' ? content : content[0]?.text}`)
}

/** The database is set up, and can be written to. */
export const isReady = ({ engine }: TestGateway) =>
  within(120_000, async () => {
    const note = { kind: 'put', collection: 'test', key: 'ready', value: true } as const
    return engine.stored?.change(note).then(
      () => true,
      () => false,
    )
  })
