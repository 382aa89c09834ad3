import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/lib/json.ts'

/** One real exchange with a provider; the README beside the recordings says what each field means. */
export interface Recording {
  readonly id: string
  readonly provider: string
  readonly api: string
  readonly model: string | null
  readonly url_path: string
  readonly request: JsonObject
  readonly status: number
  readonly response_headers: Readonly<Record<string, string>>
  readonly response_text?: string
  readonly response_base64?: string
  readonly response_kind: 'json' | 'sse' | 'ndjson' | 'eventstream' | 'text'
  readonly stream: boolean
  readonly chunk_sizes?: readonly number[]
}

/** All recordings under a folder, in the order of their names. */
export function loadRecordings(folder: string): Recording[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording)
    .filter((recording) => typeof recording.api === 'string' && 'request' in recording)
}

export function bytesOf({ response_text: text, response_base64: base64 }: Recording): Buffer {
  return base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64')
}

const TYPES: Readonly<Record<Recording['response_kind'], string>> = {
  json: 'application/json',
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  eventstream: 'application/vnd.amazon.eventstream',
  text: 'text/plain',
}

export function typeOf({ response_kind: kind, response_headers: headers }: Recording): string {
  return headers['content-type'] ?? TYPES[kind]
}

/** The JSON bodies of an answer, in order, each with the name its event had. */
export function eventsOf(recording: Recording): { name: string; body: JsonObject }[] {
  const bytes = bytesOf(recording)
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  switch (recording.response_kind) {
    case 'sse':
      return text.split(/\r\n\r\n|\n\n|\r\r/).flatMap(readSse)
    case 'ndjson':
      return text.split('\n').flatMap((line) => parsed('', line))
    case 'eventstream':
      return readFrames(bytes)
    default: {
      const whole = parsed('', text)
      const [first] = whole
      return first && Array.isArray(first.body) ? listed(first.body) : whole
    }
  }
}

function listed(list: readonly JsonObject[]): { name: string; body: JsonObject }[] {
  return list.map((body) => ({ name: '', body }))
}

function readSse(event: string): { name: string; body: JsonObject }[] {
  const lines = event.split(/\r\n|\n|\r/)
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
      .join('\n')
  // llama.cpp's older servers tell a failure so.
  const failure = parsed('error', `{"error":${field('error') || 'null'}}`)
  return failure[0]?.body['error'] ? failure : parsed(field('event'), field('data'))
}

function parsed(name: string, text: string): { name: string; body: JsonObject }[] {
  try {
    const body = JSON.parse(text) as JsonObject
    return typeof body === 'object' && body !== null ? [{ name, body }] : []
  } catch {
    return []
  }
}

/** Frames of application/vnd.amazon.eventstream, read in the plainest way. */
function readFrames(bytes: Buffer): { name: string; body: JsonObject }[] {
  const events: { name: string; body: JsonObject }[] = []
  for (let at = 0; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const headersEnd = at + 12 + bytes.readUInt32BE(at + 4)
    const headers = bytes.toString('latin1', at + 12, headersEnd)
    const name = /:(?:event|exception)-type.{3}([\w-]+)/s.exec(headers)?.[1] ?? ''
    const [event] = parsed(name, bytes.toString('utf8', headersEnd, at + length - 4))
    if (event && typeof event.body['bytes'] === 'string') {
      events.push(...parsed('', Buffer.from(event.body['bytes'], 'base64').toString('utf8')))
    } else if (event) events.push(event)
    at += Math.max(16, length)
  }
  return events
}
