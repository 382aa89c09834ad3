import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { joined } from '../lib/body.ts'
import { type PlainHead, readPlainHead } from './plain-head.ts'
import { type Connection, PlainResponse } from './plain-response.ts'

/** A request that is all there. */
export interface PlainRequest {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type PlainAnswer = (request: PlainRequest, response: PlainResponse) => void

export interface DoorOptions {
  /** By path; requests for another one are read by `node:http`. */
  readonly answers: { get(path: string): PlainAnswer | undefined }
  /** Longer bodies are read by `node:http`. */
  readonly mostBytes: number
  /** For the first request of a connection to begin, for its body, and between two requests. */
  readonly firstMs: number
  readonly bodyMs: number
  readonly idleMs: number
}

interface Begun {
  readonly head: PlainHead
  readonly answer: PlainAnswer
}

/** How much may come in behind a request before its answer is over. */
const MOST_AHEAD = 64 * 1024

/**
 * Reads the plainest requests by itself, which costs a third of what `node:http` takes: whole heads
 * that can mean one thing only. At the first byte that is anything else a connection goes over to
 * `node:http`, as if it had come there, and stays.
 */
export class PlainDoor {
  readonly options: DoorOptions
  readonly #server: Server
  readonly #others: ReturnType<Server['listeners']>
  readonly #guests = new Set<Guest>()
  #closing = false
  #second = 0
  #date = ''

  constructor(server: Server, options: DoorOptions) {
    this.#server = server
    this.options = options
    this.#others = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => this.#guests.add(new Guest(socket, this)))
  }

  get closing(): boolean {
    return this.#closing
  }

  /** Who waits for nothing is sent away, and the others after their answers. */
  close(): void {
    this.#closing = true
    for (const guest of this.#guests) guest.leaveIfIdle()
  }

  /** The header lines of every answer. */
  lines(): string {
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#date = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
    }
    if (this.#closing) return `${this.#date}Connection: close\r\n`
    const seconds = Math.floor(this.options.idleMs / 1000)
    return `${this.#date}Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`
  }

  left(guest: Guest): void {
    this.#guests.delete(guest)
  }

  handOver({ socket }: Guest, bytes: Buffer): void {
    for (const listener of this.#others) listener.call(this.#server, socket)
    socket.unshift(bytes)
  }
}

/** One connection: a request at a time, each read whole before it is answered. */
class Guest implements Connection {
  readonly socket: Socket
  readonly #door: PlainDoor
  #response: PlainResponse | undefined
  /** Of the request whose body is still coming. */
  #begun: Begun | undefined
  #pieces: Buffer[] = []
  #missing = 0
  #since = 0
  /** What came before the last answer was over. */
  #ahead: Buffer[] = []
  #isFirst = true

  constructor(socket: Socket, door: PlainDoor) {
    this.socket = socket
    this.#door = door
    socket.on('data', this.#arrived)
    socket.on('end', this.#ended)
    socket.on('close', this.#closed)
    socket.on('error', ignore)
    socket.on('timeout', this.#timedOut)
    socket.setTimeout(door.options.firstMs)
  }

  connectionLines(): string {
    return this.#door.lines()
  }

  answered(): void {
    this.#response = undefined
    if (this.#door.closing) this.socket.end()
    // Not at once: of a thousand refused requests each would be answered inside the last.
    else if (this.#ahead.length > 0) setImmediate(() => this.#goOn())
  }

  leaveIfIdle(): void {
    if (!this.#isBusy) this.socket.destroy()
  }

  get #isBusy(): boolean {
    return this.#response !== undefined || this.#begun !== undefined || this.#ahead.length > 0
  }

  readonly #arrived = (bytes: Buffer): void => {
    if (this.#begun) this.#collect(this.#begun, bytes)
    else if (this.#isBusy) this.#keep(bytes)
    else this.#begin(bytes)
  }

  #begin(bytes: Buffer): void {
    const { answers, mostBytes, idleMs } = this.#door.options
    const head = readPlainHead(bytes)
    const answer = head && answers.get(head.url)
    if (!head || !answer || head.length > mostBytes) return this.#handOver(bytes)
    if (this.#isFirst) this.socket.setTimeout(idleMs)
    this.#isFirst = false
    this.#begun = { head, answer }
    this.#missing = head.length
    this.#since = Date.now()
    this.#collect(this.#begun, bytes.subarray(head.size))
  }

  #collect(begun: Begun, bytes: Buffer): void {
    const piece = bytes.subarray(0, this.#missing)
    this.#pieces.push(piece)
    this.#missing -= piece.length
    if (bytes.length > piece.length) this.#keep(bytes.subarray(piece.length))
    if (this.#missing === 0) return this.#answer(begun)
    if (Date.now() - this.#since > this.#door.options.bodyMs) this.socket.destroy()
  }

  #answer({ head, answer }: Begun): void {
    const { url, headers } = head
    const body = joined(this.#pieces)
    this.#begun = undefined
    this.#pieces = []
    const response = new PlainResponse(this)
    this.#response = response
    answer({ method: 'POST', url, headers, body }, response)
  }

  #keep(bytes: Buffer): void {
    this.#ahead.push(bytes)
    const size = this.#ahead.reduce((sum, { length }) => sum + length, 0)
    if (size > MOST_AHEAD) this.socket.pause()
  }

  #goOn(): void {
    const bytes = joined(this.#ahead)
    this.#ahead = []
    if (this.socket.destroyed) return
    this.socket.resume()
    this.#begin(bytes)
  }

  #handOver(bytes: Buffer): void {
    const { socket } = this
    socket.off('data', this.#arrived)
    socket.off('end', this.#ended)
    socket.off('close', this.#closed)
    socket.off('error', ignore)
    socket.off('timeout', this.#timedOut)
    socket.setTimeout(0)
    this.#door.left(this)
    this.#door.handOver(this, bytes)
  }

  /** Who says no more reads no more: as `node:http` has it. */
  readonly #ended = (): void => {
    this.socket.end()
  }

  readonly #closed = (): void => {
    this.#door.left(this)
    this.#response?.close()
  }

  readonly #timedOut = (): void => {
    // An answer takes as long as it takes.
    if (!this.#response) this.socket.destroy()
  }
}

function ignore(): void {}
