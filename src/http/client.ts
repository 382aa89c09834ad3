import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GatewayError } from '../domain/errors.ts'
import { Cancellation } from '../lib/cancel.ts'

/** A client that reads nothing for this long is taken for gone. */
const WRITE_TIMEOUT_MS = 60_000
const KEEP_ALIVE_MS = 15_000
/** A stream whose first content is late is opened with a comment, so that nobody in between gives up. */
const OPEN_AFTER_MS = 10_000
const COMMENT = ': keep-alive\n\n'

export type ResponseHeaders = Readonly<Record<string, string>>

/** The one who asked: what is written to it, and whether it is still there. */
export class Client {
  /** Cancelled when the connection closes before the answer is whole. */
  readonly gone = new Cancellation()
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
    response.once('close', () => {
      if (response.writableFinished) return
      this.gone.cancel(new GatewayError('client_gone', 'The client closed the connection.'))
    })
  }

  get headersSent(): boolean {
    return this.#response.headersSent
  }

  send(status: number, headers: ResponseHeaders, body: Buffer | string): void {
    if (this.#response.destroyed) return
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    this.#response.writeHead(status, { ...headers, 'content-length': length })
    this.#response.end(body)
  }

  json(status: number, value: unknown, headers: ResponseHeaders = {}): void {
    const type = { 'content-type': 'application/json; charset=utf-8' }
    this.send(status, { ...type, ...headers }, JSON.stringify(value))
  }

  /** Sends a file, or anything else that is read piece by piece. */
  async pipe(status: number, headers: ResponseHeaders, source: Readable): Promise<void> {
    this.#response.writeHead(status, headers)
    await pipeline(source, this.#response).catch(() => this.#response.destroy())
  }

  /** Prepares a stream of events. Nothing is sent until the first write, or a long silence. */
  eventStream(headers: () => ResponseHeaders): EventStream {
    return new EventStream(this.#response, headers)
  }
}

/** Server-sent events to one client, with comments in silences and patience for a slow reader. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #headers: () => ResponseHeaders
  #silence: NodeJS.Timeout

  constructor(response: ServerResponse, headers: () => ResponseHeaders) {
    this.#response = response
    this.#headers = headers
    this.#silence = setTimeout(() => this.#comment(), OPEN_AFTER_MS)
  }

  get opened(): boolean {
    return this.#response.headersSent
  }

  /** Returns false when the client reads too slowly: then await `drained`. */
  write(bytes: Buffer | string): boolean {
    this.#open()
    this.#silence.refresh()
    return this.#response.write(bytes)
  }

  async drained(): Promise<void> {
    if (this.#response.destroyed || !this.#response.writableNeedDrain) return
    const patience = setTimeout(() => this.#response.destroy(), WRITE_TIMEOUT_MS)
    try {
      await Promise.race([once(this.#response, 'drain'), once(this.#response, 'close')])
    } finally {
      clearTimeout(patience)
    }
  }

  end(bytes?: Buffer | string): void {
    clearTimeout(this.#silence)
    this.#open()
    if (bytes === undefined) this.#response.end()
    else this.#response.end(bytes)
  }

  /** Lets go without opening: an error will be answered in the ordinary way. */
  abandon(): void {
    clearTimeout(this.#silence)
  }

  #comment(): void {
    if (this.#response.destroyed) return
    this.#open()
    if (!this.#response.writableNeedDrain) this.#response.write(COMMENT)
    this.#silence = setTimeout(() => this.#comment(), KEEP_ALIVE_MS)
  }

  #open(): void {
    if (this.#response.headersSent) return
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...this.#headers(),
    })
  }
}
