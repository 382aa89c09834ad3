import { Body } from './body.ts'
import type { Clock } from './clock.ts'
import { type Lane, Lanes, type Lead } from './lanes.ts'

/** A request described as data, so that whoever builds it needs no network. */
export interface HttpRequest extends Lead {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  /** Sent on a connection that had answered before. */
  readonly reusedSocket: boolean
  /** That connection was dead; the request was sent again on a fresh one. */
  readonly staleRetry: boolean
}

/** Why there is no answer. `sent` is false when not a byte of the request can have arrived. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: 'connect' | 'tls' | 'reset' | 'protocol' | 'aborted'
  readonly sent: boolean

  constructor(kind: TransportError['kind'], sent: boolean, cause: Error) {
    super(cause.message || kind, { cause })
    this.kind = kind
    this.sent = sent
  }
}

/** A request under way. `abort` ends it at any time; the response, or its body, then fails with `reason`. */
export interface Flight {
  readonly response: Promise<HttpResponse>
  abort(reason: Error): void
}

/** The only way out of the process. */
export interface Transport {
  send(request: HttpRequest): Flight
  close(): Promise<void>
}

/** A dead kept-alive socket answers within a round trip; a later end may be an answer being made. */
const STALE_WITHIN_US = 1_000_000

/**
 * HTTP/1.1 over our own pool. Sends again by itself in one case only: a reused connection that
 * ended within a second of our write and before any byte of an answer.
 */
export function createTransport(clock: Clock): Transport {
  const lanes = new Lanes(clock)
  return { send: (request) => new Exchange(lanes, clock, request), close: () => lanes.close() }
}

class Exchange implements Flight {
  readonly response: Promise<HttpResponse>
  readonly #lanes: Lanes
  readonly #clock: Clock
  readonly #request: HttpRequest
  readonly #settle = Promise.withResolvers<HttpResponse>()
  /** Itself, not a function that calls it: a function kept here outlives its request by far. */
  #underWay: { abort(reason: Error): void } | undefined
  #aborted: Error | undefined
  #staleRetry = false

  constructor(lanes: Lanes, clock: Clock, request: HttpRequest) {
    this.#lanes = lanes
    this.#clock = clock
    this.#request = request
    this.response = this.#settle.promise
    this.#dispatch(lanes.take(request.url.origin, request))
  }

  abort(reason: Error): void {
    if (this.#aborted !== undefined) return
    this.#aborted = reason
    this.#underWay?.abort(reason)
    this.#settle.reject(reason)
  }

  #dispatch(lane: Lane): void {
    const { method, url, headers, body } = this.#request
    const sentAtUs = this.#clock.us()
    const reusedSocket = lane.warm
    const readBefore = bytesRead(lane)
    let answer: Body | undefined
    lane.client.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method, headers, body },
      {
        onRequestStart: (controller) => {
          this.#underWay = controller
          if (this.#aborted) controller.abort(this.#aborted)
        },
        onResponseStart: (controller, status, responseHeaders) => {
          if (status < 200) return
          answer = new Body(controller)
          this.#settle.resolve({
            status,
            headers: responseHeaders,
            body: answer,
            reusedSocket,
            staleRetry: this.#staleRetry,
          })
        },
        onResponseData: (_, chunk) => answer?.push(chunk),
        onResponseEnd: () => {
          this.#lanes.put(lane)
          answer?.end()
        },
        onResponseError: (_, error) => {
          const connected = lane.connected
          this.#lanes.drop(lane)
          if (answer) return answer.end(this.#aborted ?? new TransportError('reset', true, error))
          const soon = this.#clock.us() - sentAtUs < STALE_WITHIN_US
          const unanswered = reusedSocket && bytesRead(lane) === readBefore && isReset(error)
          if (unanswered && soon && !this.#staleRetry && !this.#aborted) {
            this.#staleRetry = true
            return this.#dispatch(this.#lanes.fresh(url.origin, this.#request))
          }
          this.#settle.reject(this.#aborted ?? describe(error, connected))
        },
      },
    )
  }
}

function bytesRead({ socket }: Lane): number {
  return socket?.bytesRead ?? 0
}

function isReset(error: Error): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED'].includes(
    codeOf(error),
  )
}

function describe(error: Error, connected: boolean): TransportError {
  const code = codeOf(error)
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)|EPROTO/.test(code)) {
    return new TransportError('tls', false, error)
  }
  if (!connected) return new TransportError('connect', false, error)
  const garbled = error.name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW'
  const kind = garbled ? 'protocol' : 'reset'
  return new TransportError(kind, true, error)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** One value of a header, by its lower-case name. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
