import type { OutgoingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { GatewayError } from '../domain/errors.ts'
import { Cancellation } from '../lib/cancel.ts'
import { between, CHUNK_END, chunkStart } from './chunk.ts'
import type { Outlet } from './outlet.ts'

/** A client that reads nothing for this long is taken for gone. */
const WRITE_TIMEOUT_MS = 60_000
const KEEP_ALIVE_MS = 15_000
/** A stream whose first content is late is opened with a comment, so that nobody in between gives up. */
const OPEN_AFTER_MS = 10_000
const COMMENT = ': keep-alive\n\n'
/** Larger bodies are sent as they are: copying them would cost more than a second piece. */
const LARGE_BYTES = 64 * 1024

export type ResponseHeaders = Readonly<Record<string, string>>

/** The one who asked: what is written to it, and whether it is still there. */
export class Client {
  /** Cancelled when the connection closes before the answer is whole. */
  readonly gone = new Cancellation()
  readonly #response: Outlet
  readonly #ownHeaders: ResponseHeaders

  /** `ownHeaders` go with every answer. */
  constructor(response: Outlet, ownHeaders: ResponseHeaders = {}) {
    this.#response = response
    this.#ownHeaders = ownHeaders
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
    const all: OutgoingHttpHeaders = { ...this.#ownHeaders, ...headers }
    all['content-length'] = length
    this.#response.writeHead(status, all)
    // As a string of bytes it leaves in one piece with the head; a buffer would be a second one.
    if (typeof body === 'string' || length > LARGE_BYTES) this.#response.end(body)
    else this.#response.end(body.toString('latin1'), 'latin1')
  }

  json(status: number, value: unknown, headers: ResponseHeaders = {}): void {
    const type = { 'content-type': 'application/json; charset=utf-8' }
    this.send(status, { ...type, ...headers }, JSON.stringify(value))
  }

  /** Sends a file, or anything else that is read piece by piece. */
  async pipe(status: number, headers: ResponseHeaders, source: Readable): Promise<void> {
    const response = this.#response
    response.writeHead(status, { ...this.#ownHeaders, ...headers })
    response.once('close', () => source.destroy())
    try {
      for await (const piece of source) {
        // A source that always has more would let nobody else have a turn.
        await new Promise<void>((done) => response.write(piece, () => setImmediate(done)))
      }
      response.end()
    } catch {
      response.destroy()
    }
  }

  /** Prepares a stream of events. Nothing is sent until the first write, or a long silence. */
  eventStream(headers: () => ResponseHeaders, silence?: string): EventStream {
    const all = () => ({ ...this.#ownHeaders, ...headers() })
    return new EventStream(this.#response, all, silence)
  }
}

/** Server-sent events to one client, with comments in silences and patience for a slow reader. */
export class EventStream {
  readonly #response: Outlet
  readonly #headers: () => ResponseHeaders
  readonly #silenceBreaker: string
  #silence: NodeJS.Timeout
  #begun = false
  /** Writes that the response may still hold back: what goes past it now would overtake them. */
  #queued = 0

  constructor(response: Outlet, headers: () => ResponseHeaders, comment = COMMENT) {
    this.#response = response
    this.#headers = headers
    this.#silenceBreaker = comment
    this.#silence = setTimeout(() => this.#comment(), OPEN_AFTER_MS)
  }

  get opened(): boolean {
    return this.#response.headersSent
  }

  /** Returns false when the client reads too slowly: then await `drained`. */
  write(bytes: Buffer | string): boolean {
    // A chunk of nothing would be the end of the answer.
    if (bytes.length === 0) return true
    this.#silence.refresh()
    const { socket } = this.#response
    const direct = this.#begun && this.#queued === 0 && this.#response.chunkedEncoding
    if (!direct || !socket) {
      this.#open()
      this.#begun = true
      this.#queued++
      return this.#response.write(bytes, () => this.#queued--)
    }
    // One write for a chunk with its frame, where `response.write` makes four and gathers them.
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    return socket.write(between(chunkStart(chunk), chunk, CHUNK_END))
  }

  drained(): Promise<void> {
    return drained(this.#response)
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
    // First, for a write starts the timer again: the old one must not live beside the new.
    this.#silence = setTimeout(() => this.#comment(), KEEP_ALIVE_MS)
    if (!this.#response.socket?.writableNeedDrain) this.write(this.#silenceBreaker)
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

/** When more can be written, or nobody is there to read it. */
async function drained(response: Outlet): Promise<void> {
  const { socket } = response
  if (response.destroyed || !socket?.writableNeedDrain) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const patience = setTimeout(() => response.destroy(), WRITE_TIMEOUT_MS)
  socket.once('drain', resolve)
  response.once('close', resolve)
  await promise
  clearTimeout(patience)
  // A slow client is waited for often: listeners must not pile up.
  socket.off('drain', resolve)
  response.off('close', resolve)
}
