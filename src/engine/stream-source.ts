import { GatewayError } from '../domain/errors.ts'
import { type Body, joined } from '../lib/body.ts'
import { asSse, type FrameReader, type Framing, frameReader } from '../lib/frames.ts'
import type { HttpResponse } from '../lib/transport.ts'
import { attemptFailure } from './failures.ts'
import { type Call, RESPONSE_LIMIT } from './under-way.ts'

/** The provider is given this long to close after its end marker. */
const CLOSE_GRACE_US = 1_000_000

/** The arrivals of one response: counted, kept for the record, bounded in size and time. */
export class StreamSource {
  readonly #call: Call
  readonly #body: Body
  /** Other framings become server-sent events right here. */
  readonly #reader: FrameReader | null
  #ended = false

  constructor(call: Call, response: HttpResponse, framing: Framing) {
    this.#call = call
    this.#body = response.body
    this.#reader = framing === 'sse' ? null : frameReader(framing)
  }

  /** What came since the last time, as one piece; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    const waits = this.#ended ? undefined : this.#body.arrival()
    if (waits) await waits
    const bytes = this.#take()
    if (!bytes) return undefined
    const { attempt } = this.#call
    attempt.received(bytes)
    if (attempt.bytesIn > RESPONSE_LIMIT.bytes) throw RESPONSE_LIMIT.exceeded()
    return bytes
  }

  #take(): Buffer | undefined {
    const pieces = this.#ended ? undefined : this.#body.take()
    const reader = this.#reader
    if (pieces) {
      const bytes = joined(pieces)
      return reader ? Buffer.from(asSse(reader.push(bytes))) : bytes
    }
    const rest = this.#ended || !reader ? [] : reader.end()
    this.#ended = true
    return rest.length > 0 ? Buffer.from(asSse(rest)) : undefined
  }

  /** The end marker came: what follows is only the closing of the connection. */
  endSoon(): void {
    this.#call.limit.endBy(this.#call.engine.clock.us() + CLOSE_GRACE_US)
  }

  /** The client has it now, and may take its time: only the total counts. */
  hold(): void {
    this.#call.limit.hold()
  }

  /** The client has what came, and wants more: from now on the provider is waited for. */
  resume(): void {
    this.#call.limit.progress(this.#call.engine.clock.us())
  }

  close(): void {
    this.#call.release()
    this.#body.leave()
  }

  /** After the first content no other try may take over: every failure is the client's to see. */
  failure(thrown: unknown): GatewayError {
    const error = attemptFailure(this.#call.name, thrown)
    this.#call.attempt.mayHaveBeenBilled = true
    if (error.code !== 'upstream_reset' && error.code !== 'upstream_truncated') return error
    return new GatewayError('upstream_truncated', 'The provider cut the stream off.', {
      target: this.#call.name,
      cause: thrown,
    })
  }
}
