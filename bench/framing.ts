/** What a message's parts are told to, in order: one head, any number of body pieces, one end. */
export interface FrameListener {
  /** Start line and headers, without the blank line. */
  head(head: string): void
  body(piece: Buffer): void
  end(): void
}

type State = 'head' | 'body' | 'size' | 'chunk' | 'gap' | 'trailer'

/**
 * Cuts a socket's bytes into HTTP/1.1 messages. Only for our own tools on loopback: it trusts its
 * peer, and a message with neither a length nor chunks has no body.
 */
export class Framer {
  readonly #listener: FrameListener
  #state: State = 'head'
  #left = 0
  #rest: Buffer | null = null

  constructor(listener: FrameListener) {
    this.#listener = listener
  }

  push(bytes: Buffer): void {
    const data = this.#rest === null ? bytes : Buffer.concat([this.#rest, bytes])
    this.#rest = null
    let at = 0
    while (at < data.length) {
      const next = this.#step(data, at)
      if (next === null) {
        this.#rest = data.subarray(at)
        return
      }
      at = next
    }
  }

  /** Where the next step begins, or null when this one needs more bytes. */
  #step(data: Buffer, at: number): number | null {
    switch (this.#state) {
      case 'head':
        return this.#readHead(data, at)
      case 'body':
      case 'chunk':
        return this.#readPiece(data, at)
      case 'size':
        return this.#readSize(data, at)
      case 'gap':
        return this.#readLine(data, at, () => {
          this.#state = 'size'
        })
      case 'trailer':
        return this.#readLine(data, at, (line) => {
          if (line === '') this.#finish()
        })
    }
  }

  #readHead(data: Buffer, at: number): number | null {
    const end = data.indexOf('\r\n\r\n', at)
    if (end === -1) return null
    const head = data.toString('latin1', at, end)
    this.#left = Number(/\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1] ?? 0)
    const chunked = /\r\ntransfer-encoding:\s*chunked/i.test(head)
    this.#state = chunked ? 'size' : 'body'
    this.#listener.head(head)
    if (!chunked && this.#left === 0) this.#finish()
    return end + 4
  }

  #readPiece(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.#left)
    this.#left -= end - at
    this.#listener.body(data.subarray(at, end))
    if (this.#left > 0) return end
    if (this.#state === 'body') this.#finish()
    else this.#state = 'gap'
    return end
  }

  #readSize(data: Buffer, at: number): number | null {
    return this.#readLine(data, at, (line) => {
      this.#left = Number.parseInt(line, 16)
      this.#state = this.#left === 0 ? 'trailer' : 'chunk'
    })
  }

  #readLine(data: Buffer, at: number, use: (line: string) => void): number | null {
    const end = data.indexOf('\r\n', at)
    if (end === -1) return null
    use(data.toString('latin1', at, end))
    return end + 2
  }

  #finish(): void {
    this.#state = 'head'
    this.#listener.end()
  }
}

/** The status of an answer's head. */
export function readStatus(head: string): number {
  return Number(head.slice(9, 12))
}
