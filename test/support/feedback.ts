import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type TestGateway } from './gateway.ts'

/** A configuration with functions, a tool and metrics of all kinds, in a folder of its own. */
function feedbackToml(): { toml: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'weir-feedback-'))
  const file = (name: string, json: object) => {
    writeFileSync(join(folder, name), JSON.stringify(json))
    return JSON.stringify(join(folder, name))
  }
  const OUTPUT = file('out.json', {
    type: 'object',
    properties: { answer: { type: 'string' } },
    required: ['answer'],
    additionalProperties: false,
  })
  const PARAMETERS = file('weather.json', {
    type: 'object',
    properties: { place: { type: 'string' } },
    required: ['place'],
  })

  const toml = `
[models.good]
routing = ["one"]
providers.one = { type = "dummy", model_name = "good" }
[models.structured]
routing = ["one"]
providers.one = { type = "dummy", model_name = "json" }
[models.slow]
routing = ["one"]
providers.one = { type = "demo", model_name = "echo" }

[tools.weather]
description = "The weather at a place"
parameters = ${PARAMETERS}

[functions.plain]
type = "chat"
tools = ["weather"]
variants.a = { type = "chat_completion", model = "good" }
[functions.facts]
type = "json"
output_schema = ${OUTPUT}
variants.a = { type = "chat_completion", model = "structured", json_mode = "on" }

[metrics.liked]
type = "boolean"
optimize = "max"
level = "inference"
[metrics.score]
type = "float"
optimize = "max"
level = "inference"
[metrics.solved]
type = "boolean"
optimize = "max"
level = "episode"
`
  return { toml, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Posts JSON to a gateway. */
export async function post({ url }: TestGateway, path: string, body: unknown) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

/** A gateway with a store for feedback on the answers it gives. */
export async function startFeedback() {
  const { toml, remove } = feedbackToml()
  const gateway = await startGateway(toml, {}, { stored: true })
  const infer = async (functionName = 'plain', more: object = {}) => {
    const input = { messages: [{ role: 'user', content: 'Hello' }] }
    const body = { function_name: functionName, input, ...more }
    const { json } = await post(gateway, '/inference', body)
    return { inferenceId: String(json['inference_id']), episodeId: String(json['episode_id']) }
  }
  return {
    toml,
    gateway,
    infer,
    give: (body: unknown) => post(gateway, '/feedback', body),
    close: async () => {
      await gateway[Symbol.asyncDispose]()
      remove()
    },
  }
}

/** An id that nothing has. */
export const NOBODY = '01930000-0000-7000-8000-000000000000'
