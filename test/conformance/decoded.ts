import type { Part } from '../../src/domain/chat.ts'
import { type Framing, framingFrom, frameReader } from '../../src/lib/frames.ts'
import { asArray, asObject, type JsonObject } from '../../src/lib/json.ts'
import type { SseEvent } from '../../src/lib/sse.ts'
import type { ChatWire, WireName } from '../../src/providers/provider.ts'
import { wireNamed } from '../../src/providers/wires.ts'
import { bytesOf, type Recording, typeOf } from './recording.ts'

const WIRES: Readonly<Record<string, WireName>> = {
  chat: 'openai_chat',
  responses: 'openai_responses',
  messages: 'anthropic_messages',
  invoke: 'anthropic_messages',
  gemini: 'gemini',
  converse: 'bedrock_converse',
  ollama_chat: 'ollama_chat',
  cohere_chat: 'cohere_chat',
}

/** The format a recording was spoken in, for those that can be played. */
export function wireOf({ api }: Recording): ChatWire {
  return wireNamed(WIRES[api] ?? 'openai_chat') as ChatWire
}

/** How a recorded stream was framed; null where it was none. */
export function framing(recording: Recording): Framing | null {
  const streams = ['sse', 'ndjson', 'eventstream'].includes(recording.response_kind)
  return streams && recording.status === 200
    ? framingFrom(typeOf(recording), bytesOf(recording))
    : null
}

/** The events of a stream whose bytes come cut at these places, in rising order. */
export function eventsCutAt(
  kind: Framing,
  bytes: Buffer,
  cuts: readonly number[],
): readonly SseEvent[] {
  const reader = frameReader(kind)
  const edges = [0, ...cuts, bytes.length]
  const events = edges
    .slice(1)
    .flatMap((end, place) => reader.push(bytes.subarray(edges[place], end)))
  return [...events, ...reader.end()]
}

/** What a recorded answer says in our nouns, event by event. */
export function partsOf(recording: Recording): Part[][] {
  const wire = wireOf(recording)
  const kind = framing(recording)
  const bytes = bytesOf(recording)
  if (kind) {
    const decoder = wire.decoder()
    return eventsCutAt(kind, bytes, []).map((event) => decoder.push(event))
  }
  const body = JSON.parse(bytes.toString('utf8')) as JsonObject
  if (!Array.isArray(body)) return [wire.parts(body)]
  const decoder = wire.decoder()
  return asArray(body).flatMap((each) => {
    const data = asObject(each)
    return data ? [decoder.push({ event: 'message', data: JSON.stringify(data) })] : []
  })
}
