import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/lib/json.ts'
import { startGateway, type TestGateway } from './gateway.ts'

export interface Answered {
  readonly status: number
  readonly json: JsonObject
}

/** A gateway spoken to in TensorZero's own terms. */
export interface NativeGateway extends AsyncDisposable {
  readonly gateway: TestGateway
  /** `POST /inference`. */
  infer(body: object): Promise<Answered>
  /** The same, streamed: the data of its events, parsed but for `[DONE]`. */
  stream(body: object): Promise<(JsonObject | '[DONE]')[]>
  /** `POST /openai/v1/chat/completions`. */
  chat(body: object): Promise<Answered>
  chatStream(body: object): Promise<(JsonObject | '[DONE]')[]>
  post(path: string, body: object): Promise<Answered>
}

/** Starts one with this configuration; `files` are put beside it, named `{{NAME}}` in its text. */
export async function startNative(
  toml: string,
  files: Readonly<Record<string, string>> = {},
): Promise<NativeGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-native-'))
  let text = toml
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content)
    text = text.replaceAll(`{{${name}}}`, JSON.stringify(join(folder, name)))
  }
  const gateway = await startGateway(text)
  const post = async (path: string, body: object) => {
    const response = await send(gateway, path, body)
    return { status: response.status, json: (await response.json()) as JsonObject }
  }
  const stream = async (path: string, body: object) => {
    const response = await send(gateway, path, { ...body, stream: true })
    return eventsIn(await response.text())
  }
  return {
    gateway,
    post,
    infer: (body) => post('/inference', body),
    stream: (body) => stream('/inference', body),
    chat: (body) => post('/openai/v1/chat/completions', body),
    chatStream: (body) => stream('/openai/v1/chat/completions', body),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function send({ url }: TestGateway, path: string, body: object): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function eventsIn(text: string): (JsonObject | '[DONE]')[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : (JSON.parse(data) as JsonObject)))
}

/** A conversation of one message. */
export function say(content: unknown = 'Hi', system?: unknown): JsonObject {
  const messages = [{ role: 'user', content }]
  return JSON.parse(JSON.stringify({ messages, system })) as JsonObject
}

/** Variants, in the words of the configuration, that ask one dummy model each. */
export function dummies(models: Readonly<Record<string, string>>): string {
  return Object.entries(models)
    .map(([name, model]) => `${name} = { type = "chat_completion", model = "dummy::${model}" }`)
    .join('\n')
}

/** An id of now, for an episode. */
export function newEpisode({ gateway }: NativeGateway): string {
  return gateway.engine.ids.next()
}
