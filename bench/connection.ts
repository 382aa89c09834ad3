import net from 'node:net'
import { Framer, readStatus } from './framing.ts'

/** How one request went. */
export interface Answer {
  /** Null: status 200 and all of the answer. */
  readonly error: string | null
  readonly latencyMs: number
  readonly ttftMs: number
}

interface Listener {
  answered(answer: Answer): void
  /** The socket is gone; with the answer it owed, if it owed one. */
  closed(answer: Answer | null): void
}

/** As much of a body's end as tells whether it is whole. */
const TAIL_LENGTH = 32

/** A kept-alive connection that sends one request at a time and checks what comes back. */
export class Connection {
  readonly #socket: net.Socket
  readonly #stream: boolean
  readonly #listener: Listener
  #busy = false
  #dueAt = 0
  #firstAt = 0
  #status = 0
  #tail = ''

  constructor(port: number, stream: boolean, listener: Listener) {
    this.#stream = stream
    this.#listener = listener
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    const framer = new Framer({
      head: (head) => {
        this.#status = readStatus(head)
      },
      body: (piece) => this.#read(piece),
      end: () => this.#end(),
    })
    this.#socket.on('data', (bytes: Buffer) => framer.push(bytes))
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.on('close', () => this.#close())
  }

  send(bytes: Buffer, dueAt: number): void {
    this.#busy = true
    this.#dueAt = dueAt
    this.#firstAt = 0
    this.#tail = ''
    this.#socket.write(bytes)
  }

  close(): void {
    this.#busy = false
    this.#socket.destroy()
  }

  #read(piece: Buffer): void {
    if (this.#firstAt === 0) this.#firstAt = performance.now()
    const end = piece.toString('latin1', Math.max(0, piece.length - TAIL_LENGTH))
    this.#tail = (this.#tail + end).slice(-TAIL_LENGTH)
  }

  #end(): void {
    this.#busy = false
    this.#listener.answered(this.#answer(this.#problem()))
  }

  #close(): void {
    const owed = this.#busy ? this.#answer('connection closed') : null
    this.#busy = false
    this.#listener.closed(owed)
  }

  #problem(): string | null {
    if (this.#status !== 200) return `status ${this.#status}`
    const tail = this.#tail.trimEnd()
    const whole = this.#stream ? tail.endsWith('data: [DONE]') : tail.endsWith('}')
    return whole ? null : 'incomplete body'
  }

  #answer(error: string | null): Answer {
    const latencyMs = performance.now() - this.#dueAt
    return { error, latencyMs, ttftMs: this.#firstAt - this.#dueAt }
  }
}
