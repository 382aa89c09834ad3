import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk'
import { ApiError as GeminiError, GoogleGenAI } from '@google/genai'
import OpenAI, { APIError as OpenAIError } from 'openai'
import { asObject, type JsonObject } from '../../../src/lib/json.ts'
import type { Recording } from '../recording.ts'
import type { ClientName } from './routes.ts'

interface Question {
  readonly url: string
  readonly model: string
  readonly recording: Recording
  /** As recorded; else a plain request of the same kind. */
  readonly verbatim: boolean
}

/** What a program of this kind gets, as its SDK gives it. Throws what the SDK throws. */
export async function askOperation(client: ClientName, question: Question): Promise<JsonObject[]> {
  return JSON.parse(JSON.stringify(await ASK[client](question))) as JsonObject[]
}

/** What an SDK tells of an error. */
export function sdkError(thrown: unknown): { status: number | null; message: string } {
  const known =
    thrown instanceof OpenAIError ||
    thrown instanceof AnthropicError ||
    thrown instanceof GeminiError ||
    thrown instanceof PlainError
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { status: known ? (thrown.status ?? null) : null, message }
}

class PlainError extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(text)
    this.status = status
  }
}

const ASK: Readonly<Record<ClientName, (question: Question) => Promise<unknown[]>>> = {
  openai: askOpenai,
  anthropic: async ({ url, model, recording }) => {
    const client = new Anthropic({ baseURL: `${url}/anthropic`, apiKey: 'ANY', maxRetries: 0 })
    return [await client.messages.countTokens({ ...recording.request, model } as never)]
  },
  gemini: async ({ url, model, recording, verbatim }) => {
    // Google's SDK builds requests to count anew, and knows not all of them.
    if (verbatim) {
      return [await post(`${url}/gemini/v1beta/models/${model}:countTokens`, recording.request)]
    }
    const client = new GoogleGenAI({ apiKey: 'ANY', httpOptions: { baseUrl: `${url}/gemini` } })
    return [await client.models.embedContent({ model, contents: ['Hello', 'Ruby'] })]
  },
  plain: async ({ url, model, recording }) => [
    await post(`${url}/v1/rerank`, { ...recording.request, model }),
  ],
}

async function askOpenai({ url, model, recording, verbatim }: Question): Promise<unknown[]> {
  const client = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
  const { api, request, stream } = recording
  switch (api) {
    case 'embeddings': {
      const own = { encoding_format: 'float', ...request, model }
      const plain = { input: ['Hello', 'Ruby'], encoding_format: 'float', model }
      return [await client.embeddings.create((verbatim ? own : plain) as never)]
    }
    case 'completions': {
      const answer: unknown = await client.completions.create({ ...request, model } as never)
      if (!stream) return [answer]
      const chunks: unknown[] = []
      for await (const chunk of answer as AsyncIterable<unknown>) chunks.push(chunk)
      return chunks
    }
    case 'moderations':
      return [await client.moderations.create({ ...request, model } as never)]
    default:
      return [await client.responses.inputTokens.count({ ...request, model })]
  }
}

async function post(url: string, body: JsonObject): Promise<JsonObject> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new PlainError(answer.status, text)
  return asObject(JSON.parse(text)) ?? {}
}
