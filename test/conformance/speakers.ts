import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { encodeMessage } from '../../src/api/anthropic/encode.ts'
import { MessagesEncoder } from '../../src/api/anthropic/encode-stream.ts'
import type { Envelope, StreamEncoder } from '../../src/api/dialect.ts'
import { encodeGenerated } from '../../src/api/gemini/encode.ts'
import { GenerateEncoder } from '../../src/api/gemini/encode-stream.ts'
import { asEvents } from '../../src/api/gemini/framing.ts'
import { encodeCompletion } from '../../src/api/openai/encode.ts'
import { ChunkEncoder } from '../../src/api/openai/encode-stream.ts'
import { encodeResponse } from '../../src/api/openai/responses/encode.ts'
import { ResponseEncoder } from '../../src/api/openai/responses/encode-stream.ts'
import type { Part } from '../../src/domain/chat.ts'
import { joinDetails } from '../../src/domain/collect.ts'
import { asObject, asString, type JsonObject, objectsIn, parseJson } from '../../src/lib/json.ts'
import { readEventsIn } from '../../src/lib/sse.ts'
import type { DialectName } from './clients.ts'

/** How answers are written in a dialect, and what its clients make of a stream. */
interface Speaker {
  whole(envelope: Envelope, parts: readonly Part[]): JsonObject
  stream(envelope: Envelope): StreamEncoder
  /** A stream added up as the official SDK does it, where it has a helper for that. */
  gather(text: string): Promise<JsonObject>
}

export const SPEAKERS: Readonly<Record<DialectName, Speaker>> = {
  chat: {
    whole: encodeCompletion,
    stream: (envelope) => new ChunkEncoder(envelope, true),
    gather: gatherChat,
  },
  responses: {
    whole: encodeResponse,
    stream: (envelope) => new ResponseEncoder(envelope),
    gather: async (text) => {
      const stream = openai(text).responses.stream({ model: 'm', input: 'Hello' })
      return plain(await stream.finalResponse())
    },
  },
  messages: {
    whole: encodeMessage,
    stream: (envelope) => new MessagesEncoder(envelope),
    gather: async (text) => {
      const client = new Anthropic({ apiKey: 'ANY', maxRetries: 0, fetch: answering(text) })
      const messages = [{ role: 'user' as const, content: 'Hello' }]
      const stream = client.messages.stream({ model: 'm', max_tokens: 9, messages })
      return plain(await stream.finalMessage())
    },
  },
  gemini: {
    whole: encodeGenerated,
    stream: (envelope) => new GenerateEncoder(envelope, asEvents()),
    gather: (text) => Promise.resolve(gatherGemini(text)),
  },
}

/** The whole stream of an answer that came in these events. */
export function streamOf(
  dialect: DialectName,
  envelope: Envelope,
  events: readonly (readonly Part[])[],
): string {
  const encoder = SPEAKERS[dialect].stream(envelope)
  return events.map((parts) => encoder.encode(parts)).join('') + encoder.end()
}

function answering(text: string): typeof fetch {
  return () =>
    Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }))
}

function openai(text: string): OpenAI {
  return new OpenAI({ apiKey: 'ANY', maxRetries: 0, fetch: answering(text) })
}

function plain(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}

/**
 * Chunks added up: what the SDK knows by the SDK itself, the other fields as programs that know
 * them do (texts grow, lists grow, pieces of a detail join).
 */
async function gatherChat(text: string): Promise<JsonObject> {
  const stream = openai(text).chat.completions.stream({ model: 'm', messages: [] })
  let last: JsonObject = {}
  stream.on('chunk', (_, snapshot) => {
    last = plain(snapshot)
  })
  await stream.done().catch((thrown: unknown) => {
    // It refuses answers that were cut off; what it has gathered is whole all the same.
    if (!(thrown instanceof OpenAI.OpenAIError)) throw thrown
  })
  const chunks = eventsIn(text)
  const choices = objectsIn(last['choices']).map((choice): JsonObject => {
    const own = chunks.flatMap((chunk) =>
      objectsIn(chunk['choices']).filter(({ index }) => index === choice['index']),
    )
    const deltas = objectsIn(own.map(({ delta }) => delta ?? null))
    const message = { ...grown(deltas), ...known(asObject(choice['message']) ?? {}) }
    return Object.assign(choice, { message })
  })
  return { ...last, choices, usage: chunks.findLast(({ usage }) => usage)?.['usage'] ?? null }
}

/** The fields the SDK adds up by itself. */
function known(message: JsonObject): JsonObject {
  const { role, content, refusal, tool_calls: calls } = message
  const own = objectsIn(calls).map(({ index: _index, ...call }) => call)
  const said = { role: role ?? null, content: content ?? null, ...(refusal && { refusal }) }
  return own.length > 0 ? { ...said, tool_calls: own } : said
}

export function grown(deltas: readonly JsonObject[]): JsonObject {
  const message: JsonObject = {}
  for (const [field, value] of deltas.flatMap((delta) => Object.entries(delta))) {
    const before = message[field]
    if (typeof before === 'string' && typeof value === 'string') message[field] = before + value
    else if (Array.isArray(before) && Array.isArray(value)) message[field] = [...before, ...value]
    else if (value !== null || before === undefined) message[field] = value
  }
  const { reasoning_details: details, ...rest } = message
  if (details === undefined) return rest
  return { ...rest, reasoning_details: joinDetails(objectsIn(details)) }
}

/** Responses added up: the SDK's chats keep each piece as it came, and so their history is. */
function gatherGemini(text: string): JsonObject {
  const responses = eventsIn(text)
  const candidates = responses.flatMap(({ candidates: all }) => objectsIn(all))
  const indexes = [...new Set(candidates.map(({ index }) => index ?? 0))]
  const whole = Object.assign({}, ...responses) as JsonObject
  return {
    ...whole,
    candidates: indexes.map((index) => {
      const own = candidates.filter((each) => (each['index'] ?? 0) === index)
      const parts = own.flatMap(({ content }) => objectsIn(asObject(content)?.['parts']))
      return Object.assign({}, ...own, { content: { parts, role: 'model' } }) as JsonObject
    }),
  }
}

/** Texts that follow each other are one text, unless one of them is signed; empty ones are none. */
export function joinedParts(parts: readonly JsonObject[]): JsonObject[] {
  const joined: JsonObject[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    const text = asString(part['text'])
    if (text === '' && !part['thoughtSignature']) continue
    const alike = last && text !== undefined && last['thought'] === part['thought']
    const signed = last?.['thoughtSignature'] ?? part['thoughtSignature']
    const secretOf = last?.['thought'] && !last['thoughtSignature'] && part['thought']
    if (secretOf && text === '') Object.assign(last, { ...part, text: last['text'] })
    else if (alike && signed === undefined && typeof last['text'] === 'string') last['text'] += text
    else joined.push({ ...part })
  }
  return joined
}

function eventsIn(text: string): JsonObject[] {
  const events = readEventsIn(text).filter(({ data }) => data !== '[DONE]')
  return objectsIn(events.map(({ data }) => parseJson(data) ?? null))
}
