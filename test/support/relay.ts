import type { JsonObject } from '../../src/lib/json.ts'
import type { TestGateway } from './gateway.ts'

export const relayTo = (url: string, extra = '') => `
[gateway.relay]
gateway_url = "${url}"
${extra}
`

/** Has no key for its provider: nobody asks it. */
export const MODEL = `
[models.m]
routing = ["p"]
[models.m.providers.p]
type = "anthropic"
model_name = "x"
`
interface Answered {
  readonly status: number
  readonly json: JsonObject
}

export async function post({ url }: TestGateway, path: string, body: object): Promise<Answered> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as JsonObject }
}

export const say = (text = 'Hi') => ({ messages: [{ role: 'user', content: text }] })
