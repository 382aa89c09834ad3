import type { OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** What an answer is written to: of `node:http`'s `ServerResponse`, the part that we use. */
export interface Outlet {
  readonly headersSent: boolean
  /** `end` was called. */
  readonly writableEnded: boolean
  /** All of it has been handed to the system. */
  readonly writableFinished: boolean
  readonly destroyed: boolean
  /** What is written is framed in chunks; false before the head has been written. */
  readonly chunkedEncoding: boolean
  /** Null once the answer is over. */
  readonly socket: Socket | null
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown
  /** False when the client reads too slowly: then wait for the socket's `drain`. */
  write(bytes: Buffer | string, written: () => void): boolean
  end(bytes?: Buffer | string, encoding?: BufferEncoding): unknown
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}
