import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Headers, HttpResponse } from '../lib/transport.ts'
import { Decoding } from './decoding.ts'
import { relayEvents } from './relay.ts'
import { StreamSource } from './stream-source.ts'
import { type Call, failureInside } from './under-way.ts'

/** A stream whose first content has come. Read it by one of the two ways, once. */
export interface UpstreamStream {
  readonly kind: 'stream'
  readonly headers: Headers
  /** The upstream's own bytes, in whole events: for clients of the same wire. */
  bytes(): AsyncGenerator<Buffer>
  /** The same in our nouns: for each arrival, the parts of each of its events. */
  parts(): AsyncGenerator<readonly (readonly Part[])[]>
}

/** Reads until the first content: an error before it is an ordinary failure of this try. */
export async function openStream(call: Call, response: HttpResponse): Promise<UpstreamStream> {
  const source = new StreamSource(call, response)
  call.attempt.streamed = true
  const decoding = new Decoding(call.target.provider.wire.decoder())
  const held: Buffer[] = []
  const heldParts: Part[][] = []
  for (;;) {
    const bytes = await source.next()
    const events = bytes ? decoding.push(bytes) : decoding.end()
    if (bytes) held.push(bytes)
    heldParts.push(...events)
    refuseError(call, events)
    if (events.some(hasContent) || decoding.finished) break
    if (!bytes) throw new GatewayError('upstream_bad_response', NOTHING_CAME, { target: call.name })
  }
  call.attempt.ttftUs = call.engine.clock.us()
  return {
    kind: 'stream',
    headers: response.headers,
    bytes: () => source.guarded(relayEvents(call, source, held)),
    parts: () => source.guarded(decodedParts(call, source, decoding, heldParts)),
  }
}

const NOTHING_CAME = 'The provider ended its stream before any content.'

async function* decodedParts(
  call: Call,
  source: StreamSource,
  decoding: Decoding,
  held: readonly (readonly Part[])[],
): AsyncGenerator<readonly (readonly Part[])[]> {
  yield held
  try {
    for (;;) {
      const bytes = await source.next()
      const events = bytes ? decoding.push(bytes) : decoding.end()
      refuseError(call, events)
      if (events.length > 0) yield events
      if (!bytes) break
      if (decoding.done) source.endSoon()
    }
  } catch (thrown) {
    if (!decoding.finished || thrown instanceof GatewayError) throw thrown
  }
  if (!decoding.finished) throw new GatewayError('upstream_truncated', '')
}

function refuseError(call: Call, events: readonly (readonly Part[])[]): void {
  const failure = events.flat().find((part) => part.type === 'error')
  if (failure) throw failureInside(call, failure.error)
}

/** Content the client waits for. Roles, pings and empty chunks do not commit us to this try. */
function hasContent(parts: readonly Part[]): boolean {
  return parts.some(
    ({ type }) => type !== 'raw' && type !== 'usage' && type !== 'finish' && type !== 'error',
  )
}
