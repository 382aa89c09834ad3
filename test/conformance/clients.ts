import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk'
import { ApiError as GeminiError, GoogleGenAI } from '@google/genai'
import OpenAI, { APIError as OpenAIError } from 'openai'
import type { JsonObject } from '../../src/lib/json.ts'
import { type Facts, noFacts } from './facts.ts'
import { ORACLES } from './oracle.ts'

export const DIALECTS = ['chat', 'responses', 'messages', 'gemini'] as const
export type DialectName = (typeof DIALECTS)[number]

export interface Question {
  readonly model: string
  readonly stream: boolean
  /** In the dialect's own words, without model and stream. */
  readonly body: JsonObject
  /** Just as recorded: Google's SDK builds requests anew, and knows not all of them. */
  readonly verbatim: boolean
}

/** A plain question with these tools, as a program of this dialect would put it. */
export function plainBody(dialect: DialectName, tools: readonly string[]): JsonObject {
  const schema = { type: 'object', properties: {} }
  const user = { role: 'user', content: 'Hello' }
  const some = tools.length > 0
  switch (dialect) {
    case 'chat': {
      const list = tools.map((name) => ({
        type: 'function',
        function: { name, parameters: schema },
      }))
      const options = { include_usage: true }
      return { messages: [user], stream_options: options, ...(some && { tools: list }) }
    }
    case 'responses': {
      const list = tools.map((name) => ({
        type: 'function',
        name,
        parameters: schema,
        strict: false,
      }))
      return { input: 'Hello', ...(some && { tools: list }) }
    }
    case 'messages': {
      const list = tools.map((name) => ({ name, input_schema: schema }))
      return { max_tokens: 4096, messages: [user], ...(some && { tools: list }) }
    }
    case 'gemini': {
      const functionDeclarations = tools.map((name) => ({ name, parametersJsonSchema: schema }))
      const config = some ? { config: { tools: [{ functionDeclarations }] } } : {}
      return { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }], ...config }
    }
  }
}

/** Asks with the dialect's official SDK, and tells what its user gets to see. */
export async function askWith(
  dialect: DialectName,
  url: string,
  question: Question,
): Promise<{ facts: Facts; id: string | null }> {
  const heard: JsonObject[] = []
  const seen = { id: null as string | null }
  try {
    for await (const body of SPEAKERS[dialect](url, question, seen)) heard.push(body)
  } catch (thrown) {
    const facts = read(dialect, heard)
    facts.error = errorOf(thrown)
    return { facts, id: seen.id }
  }
  return { facts: read(dialect, heard), id: seen.id }
}

function read(dialect: DialectName, heard: readonly JsonObject[]): Facts {
  const oracle = ORACLES[dialect]
  return oracle ? oracle(heard.map((body) => ({ name: '', body }))) : noFacts()
}

function errorOf(thrown: unknown): NonNullable<Facts['error']> {
  const known =
    thrown instanceof OpenAIError ||
    thrown instanceof AnthropicError ||
    thrown instanceof GeminiError
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { status: known ? (thrown.status ?? null) : null, message }
}

type Seen = { id: string | null }
type Speaker = (url: string, question: Question, seen: Seen) => AsyncGenerator<JsonObject>

const SPEAKERS: Readonly<Record<DialectName, Speaker>> = {
  chat: async function* (url, { model, stream, body }) {
    const client = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
    const answer = await client.chat.completions.create({
      ...plain(body, stream),
      model,
      stream,
    } as never)
    yield* many(answer, stream)
  },
  responses: async function* (url, { model, stream, body }) {
    const client = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
    yield* many(await client.responses.create({ ...body, model, stream } as never), stream)
  },
  messages: async function* (url, { model, stream, body }) {
    const client = new Anthropic({ baseURL: `${url}/anthropic`, apiKey: 'ANY', maxRetries: 0 })
    const answer = await client.messages.create({ ...body, model, stream } as never, {
      timeout: 60_000,
    })
    yield* many(answer, stream)
  },
  gemini: async function* (url, { model, stream, body, verbatim }) {
    if (verbatim) {
      yield* askPlainly(`${url}/gemini/v1beta/models/${model}`, stream, body)
      return
    }
    const client = new GoogleGenAI({ apiKey: 'ANY', httpOptions: { baseUrl: `${url}/gemini` } })
    const question = { ...body, model } as never
    if (stream) yield* many(await client.models.generateContentStream(question), true)
    else yield* many(await client.models.generateContent(question), false)
  },
}

function plain(body: JsonObject, stream: boolean): JsonObject {
  const { stream_options: options, ...rest } = body
  return stream && options !== undefined ? { ...rest, stream_options: options } : rest
}

async function* many(answer: unknown, stream: boolean): AsyncGenerator<JsonObject> {
  if (stream) yield* answer as AsyncIterable<JsonObject>
  else yield answer as JsonObject
}

async function* askPlainly(
  url: string,
  stream: boolean,
  body: JsonObject,
): AsyncGenerator<JsonObject> {
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}:${method}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new GeminiError({ message: text, status: answer.status })
  const events = stream
    ? text.split(/\r?\n\r?\n/).map((event) => event.replace(/^data: ?/, ''))
    : [text]
  for (const event of events) {
    if (event.trim() === '' || event.startsWith(':')) continue
    const heard = JSON.parse(event) as JsonObject
    yield* Array.isArray(heard) ? (heard as JsonObject[]) : [heard]
  }
}
