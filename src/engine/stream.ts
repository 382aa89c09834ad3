import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Framing } from '../lib/frames.ts'
import type { Headers, HttpResponse } from '../lib/transport.ts'
import { Decoding } from './decoding.ts'
import { decoderOf } from './known-parts.ts'
import { isDecided, type Pass, relayEvents } from './relay.ts'
import { StreamSource } from './stream-source.ts'
import { type Call, failureInside } from './under-way.ts'

/** A stream whose first content has come. Read it by one of the two ways, once. */
export interface UpstreamStream {
  readonly kind: 'stream'
  readonly headers: Headers
  /** Hands on the upstream's own bytes, in whole events: for clients of the same wire. */
  relay(pass: Pass): Promise<void>
  /** The same in our nouns: for each arrival, the parts of each of its events. */
  parts(): AsyncGenerator<readonly (readonly Part[])[]>
}

/** Reads until the first content: an error before it is an ordinary failure of this try. */
export async function openStream(
  call: Call,
  response: HttpResponse,
  framing: Framing,
): Promise<UpstreamStream> {
  const source = new StreamSource(call, response, framing)
  call.attempt.streamed = true
  const beginning = new Beginning(call)
  while (!beginning.hasContent) {
    const bytes = await source.next()
    beginning.read(bytes)
    if (bytes || beginning.hasContent) continue
    throw new GatewayError('upstream_bad_response', NOTHING_CAME, { target: call.name })
  }
  call.attempt.ttftUs = call.engine.clock.us()
  return {
    kind: 'stream',
    headers: response.headers,
    relay: (pass) => relayEvents(call, source, beginning.held, pass),
    parts: () => decodedParts(call, source, beginning),
  }
}

const NOTHING_CAME = 'The provider ended its stream before any content.'

/** So much is read at a time: what comes with the first content need not be read to relay it. */
const SLICE_BYTES = 1024

/** A stream as far as it must be read to know that its content has begun. */
class Beginning {
  readonly decoding: Decoding
  /** All bytes so far. */
  readonly held: Buffer[] = []
  readonly parts: Part[][] = []
  /** Of the bytes, what has not been read. */
  unread: Buffer = Buffer.alloc(0)
  hasContent = false
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
    this.decoding = new Decoding(decoderOf(call), call.ask.keepsEvents === true)
  }

  /** Undefined bytes are the stream's end. */
  read(bytes: Buffer | undefined): void {
    if (!bytes) return this.#add(this.decoding.end())
    this.held.push(bytes)
    for (let at = 0; at < bytes.length && !this.hasContent; at += SLICE_BYTES) {
      this.unread = bytes.subarray(at + SLICE_BYTES)
      this.#add(this.decoding.push(bytes.subarray(at, at + SLICE_BYTES)))
    }
  }

  #add(events: Part[][]): void {
    check(this.#call, events)
    this.parts.push(...events)
    this.hasContent ||= events.some(isContent) || this.decoding.finished
  }
}

async function* decodedParts(
  call: Call,
  source: StreamSource,
  { decoding, parts, unread }: Beginning,
): AsyncGenerator<readonly (readonly Part[])[]> {
  let events: Part[][] = [...parts, ...decoding.push(unread)]
  try {
    for (let bytes: Buffer | undefined = unread; bytes; events = decode(decoding, bytes)) {
      check(call, events)
      source.hold()
      if (events.length > 0) yield events
      source.resume()
      if (decoding.done) source.endSoon()
      bytes = await source.next()
    }
    check(call, events)
    yield events
  } catch (thrown) {
    if (!decoding.finished || isDecided(thrown)) throw source.failure(thrown)
  } finally {
    source.close()
  }
  if (!decoding.finished) throw source.failure(new GatewayError('upstream_truncated', ''))
}

function decode(decoding: Decoding, bytes: Buffer | undefined): Part[][] {
  return bytes ? decoding.push(bytes) : decoding.end()
}

function check(call: Call, events: readonly (readonly Part[])[]): void {
  for (const part of events.flat()) {
    if (part.type === 'error') throw failureInside(call, part.error)
    if (part.type === 'usage') call.attempt.used(part)
  }
}

/** Content the client waits for. Roles, pings and empty chunks do not commit us to this try. */
function isContent(parts: readonly Part[]): boolean {
  return parts.some((part) => {
    if (part.type === 'text') return part.text !== ''
    return !NO_CONTENT.has(part.type)
  })
}

const NO_CONTENT: ReadonlySet<Part['type']> = new Set(['raw', 'event', 'usage', 'finish', 'error'])
