import { GatewayError } from '../domain/errors.ts'
import type { HttpResponse } from '../lib/transport.ts'
import { attemptFailure } from './failures.ts'
import { type Call, RESPONSE_LIMIT } from './under-way.ts'

/** The provider is given this long to close after its end marker. */
const CLOSE_GRACE_US = 1_000_000

/** The arrivals of one response: counted, kept for the record, bounded in size and time. */
export class StreamSource {
  readonly #call: Call
  readonly #batches: AsyncGenerator<readonly Buffer[]>

  constructor(call: Call, response: HttpResponse) {
    this.#call = call
    this.#batches = response.body[Symbol.asyncIterator]()
  }

  /** What came since the last time, as one piece; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    const { attempt, limit, engine } = this.#call
    const { value, done } = await this.#batches.next()
    if (done) return undefined
    const [first] = value
    const bytes = value.length === 1 && first ? first : Buffer.concat(value)
    attempt.received(bytes)
    if (attempt.bytesIn > RESPONSE_LIMIT.bytes) throw RESPONSE_LIMIT.exceeded()
    if (attempt.ttftUs !== undefined && !isComment(bytes)) limit.progress(engine.clock.us())
    return bytes
  }

  /** The end marker came: what follows is only the closing of the connection. */
  endSoon(): void {
    this.#call.limit.endBy(this.#call.engine.clock.us() + CLOSE_GRACE_US)
  }

  /** After the first content no other try may take over: every failure is the client's to see. */
  async *guarded<T>(pieces: AsyncGenerator<T>): AsyncGenerator<T> {
    const { limit, engine } = this.#call
    try {
      limit.progress(engine.clock.us())
      for await (const piece of pieces) {
        limit.hold()
        yield piece
        limit.progress(engine.clock.us())
      }
    } catch (thrown) {
      throw this.failure(thrown)
    } finally {
      this.#call.release()
      await this.#batches.return(undefined)
    }
  }

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

const COLON = 0x3a

/** Comments keep a connection alive but are no progress. */
function isComment(bytes: Buffer): boolean {
  return bytes[0] === COLON && !bytes.includes('data:')
}
