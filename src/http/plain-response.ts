import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { between, CHUNK_END, chunkStart } from './chunk.ts'
import type { Outlet } from './outlet.ts'

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** A line break in a value would begin a header of somebody else's making. */
const FORBIDDEN = /[^\t -~\u0080-\u00ff]/
const LAST_CHUNK = '0\r\n\r\n'
const NOTHING = Buffer.alloc(0)
/** A larger body goes out uncopied, in a piece of its own. */
const COPIED_BYTES = 64 * 1024

/** Where an answer goes. */
export interface Connection {
  readonly socket: Socket
  /** The header lines that every answer has: its date, and how the connection goes on. */
  connectionLines(): string
  /** All of the answer has been handed to the system. */
  answered(): void
}

/** An answer of HTTP/1.1 to a plain request: a head, then a body of known length or in chunks. */
export class PlainResponse implements Outlet {
  headersSent = false
  writableEnded = false
  writableFinished = false
  chunkedEncoding = false
  readonly #connection: Connection
  /** The head's lines, until they go out with the first bytes of the body. */
  #head = ''
  #closed = false
  #listeners: (() => void)[] = []

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get socket(): Socket | null {
    return this.#closed ? null : this.#connection.socket
  }

  get destroyed(): boolean {
    return this.#closed || this.#connection.socket.destroyed
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    if (this.headersSent) throw new Error('The head of this answer has been written.')
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`
    let hasLength = false
    for (const name in headers) {
      const value = String(headers[name])
      if (!TOKEN.test(name) || FORBIDDEN.test(value)) {
        throw new TypeError(`An answer cannot have the header ${JSON.stringify(name)}.`)
      }
      hasLength ||= name === 'content-length'
      head += `${name}: ${value}\r\n`
    }
    this.chunkedEncoding = !hasLength
    const framing = hasLength ? '' : 'Transfer-Encoding: chunked\r\n'
    this.#head = `${head}${this.#connection.connectionLines()}${framing}\r\n`
    this.headersSent = true
  }

  write(bytes: Buffer | string, written: () => void): boolean {
    const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    if (!this.chunkedEncoding) return this.#send('', body, '', written)
    return this.#send(chunkStart(body), body, CHUNK_END, written)
  }

  end(bytes: Buffer | string = '', encoding: BufferEncoding = 'utf8'): void {
    if (this.writableEnded) return
    this.writableEnded = true
    if (this.destroyed) return
    this.#sendLast(bytes, encoding)
    const { socket } = this.#connection
    // What the system takes at once is not waited for.
    if (socket.writableLength === 0) this.#finish()
    else socket.write(NOTHING, () => this.#finish())
  }

  destroy(): void {
    if (!this.#closed) this.#connection.socket.destroy()
  }

  once(_event: 'close', listener: () => void): void {
    this.#listeners.push(listener)
  }

  off(_event: 'close', listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener)
  }

  /** The connection is gone, or the answer over. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }

  #finish(): void {
    if (this.#closed) return
    this.writableFinished = true
    this.close()
    this.#connection.answered()
  }

  #sendLast(bytes: Buffer | string, encoding: BufferEncoding): void {
    // What is a string of bytes stays one: it leaves in one piece with the head.
    if (!this.chunkedEncoding && encoding === 'latin1') return void this.#send('', bytes, '')
    const body = typeof bytes === 'string' ? Buffer.from(bytes, encoding) : bytes
    if (!this.chunkedEncoding) this.#send('', body, '')
    else if (body.length === 0) this.#send('', '', LAST_CHUNK)
    else this.#send(chunkStart(body), body, `${CHUNK_END}${LAST_CHUNK}`)
  }

  /** Before and after are bytes too, a character each. All goes out in one write. */
  #send(before: string, body: Buffer | string, after: string, written?: () => void): boolean {
    const { socket } = this.#connection
    const head = this.#head + before
    this.#head = ''
    if (typeof body === 'string') return socket.write(head + body + after, 'latin1', written)
    if (body.length <= COPIED_BYTES) {
      return socket.write(between(head, body, after), written)
    }
    socket.cork()
    socket.write(head, 'latin1')
    const goesOn = socket.write(body, written)
    if (after !== '') socket.write(after, 'latin1')
    socket.uncork()
    return goesOn
  }
}
