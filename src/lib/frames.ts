import { type AwsMessage, AwsFrames } from './aws-event-stream.ts'
import { asObject, asString, parseJson } from './json.ts'
import { type SseEvent, SseReader } from './sse.ts'

/** How a streamed answer is cut into events. */
export type Framing = 'sse' | 'ndjson' | 'aws_event_stream'

/** Bytes, cut anywhere, as events. Binary frames that are broken make it throw a `FrameError`. */
export interface FrameReader {
  push(bytes: Uint8Array): SseEvent[]
  end(): SseEvent[]
}

const FRAMINGS: readonly (readonly [RegExp, Framing])[] = [
  [/^text\/event-stream\b/i, 'sse'],
  [/^application\/vnd\.amazon\.eventstream\b/i, 'aws_event_stream'],
  [/^application\/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|stream\+json)\b/i, 'ndjson'],
]

/** The framing that a content type says; null when it says none. */
export function framingOf(contentType: string | undefined): Framing | null {
  return FRAMINGS.find(([pattern]) => pattern.test(contentType ?? ''))?.[1] ?? null
}

/** So much of a body's beginning tells how it is framed. */
const START_BYTES = 64
const EVENT_START = /^\s*(?:data|event|id|retry)?:/
const OPEN_BRACE = 0x7b
const JSON_START = /^\s*[[{]/

/** How a body is framed that begins so: what it is tells better than what it is called. */
export function framingFrom(contentType: string | undefined, start: Buffer): Framing | null {
  const called = framingOf(contentType)
  if (called !== null && called !== 'sse') return called
  // As nearly all answers begin that are no streams.
  if (start[0] === OPEN_BRACE) return null
  const text = start.toString('utf8', 0, START_BYTES).replace(/^\uFEFF/, '')
  if (called === 'sse') return JSON_START.test(text) ? null : called
  return EVENT_START.test(text) ? 'sse' : null
}

export function frameReader(framing: Framing): FrameReader {
  if (framing === 'sse') return new SseReader()
  return framing === 'ndjson' ? new LineReader() : new AwsReader()
}

/** The events of a stream that is there whole. */
export function readFrames(framing: Framing, bytes: Uint8Array): SseEvent[] {
  const reader = framing === 'sse' ? new SseReader(Number.POSITIVE_INFINITY) : frameReader(framing)
  return [...reader.push(bytes), ...reader.end()]
}

/** Events as server-sent ones, whatever they came as. */
export function asSse(events: readonly SseEvent[]): string {
  return events
    .map(({ event, data }) => {
      const name = event === undefined || event === 'message' ? '' : `event: ${event}\n`
      return `${name}data: ${data.replaceAll('\n', '\ndata: ')}\n\n`
    })
    .join('')
}

/** One JSON value a line (newline-delimited JSON). */
class LineReader implements FrameReader {
  readonly #decoder = new TextDecoder()
  #rest = ''

  push(bytes: Uint8Array): SseEvent[] {
    return this.#lines(this.#decoder.decode(bytes, { stream: true }))
  }

  end(): SseEvent[] {
    return this.#lines(`${this.#decoder.decode()}\n`)
  }

  #lines(text: string): SseEvent[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => {
      const data = line.trim()
      return data === '' ? [] : [{ event: 'message', data }]
    })
  }
}

/**
 * AWS frames. Two services put other streams inside: Bedrock's InvokeModelWithResponseStream a JSON
 * in base64 (`chunk`), SageMaker the bytes of the model server's own stream (`PayloadPart`).
 */
class AwsReader implements FrameReader {
  readonly #frames = new AwsFrames()
  readonly #inner = new SseReader()

  push(bytes: Uint8Array): SseEvent[] {
    return this.#frames.push(bytes).flatMap((message) => this.#events(message))
  }

  end(): SseEvent[] {
    return this.#inner.end()
  }

  #events(message: AwsMessage): SseEvent[] {
    const event = nameOf(message)
    if (message.headers.get(':message-type') === 'error') return [unmodeled(event, message)]
    if (event === 'PayloadPart') return this.#inner.push(message.payload)
    const data = message.payload.toString('utf8')
    if (event !== 'chunk') return [{ event, data }]
    const wrapped = asString(asObject(parseJson(data))?.['bytes'])
    if (wrapped === undefined) return [{ event, data }]
    const inner = Buffer.from(wrapped, 'base64').toString('utf8')
    return [{ event: asString(asObject(parseJson(inner))?.['type']) ?? 'message', data: inner }]
  }
}

/** An error that the service has no exception for: its words stand in a header. */
function unmodeled(event: string, { headers }: AwsMessage): SseEvent {
  return { event, data: JSON.stringify({ message: headers.get(':error-message') ?? '' }) }
}

function nameOf({ headers }: AwsMessage): string {
  const type = headers.get(':message-type')
  const names = [headers.get(':event-type'), headers.get(':exception-type')]
  return names.find((name) => name !== undefined) ?? headers.get(':error-code') ?? type ?? 'message'
}
