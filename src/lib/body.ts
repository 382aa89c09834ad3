/** Where a body's bytes come from: it can be told to wait, to go on, and to stop for good. */
export interface BodySource {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

/** Bytes held for a slow reader before the source is told to wait. */
const HIGH_WATER = 64 * 1024

/**
 * A response body as it arrives: each step gives all pieces that came since the last one, so that
 * a burst costs one turn and one write. Read it once. Leaving the loop early stops the source.
 */
export class Body implements AsyncIterable<readonly Buffer[]> {
  readonly #source: BodySource
  #pieces: Buffer[] = []
  #held = 0
  #paused = false
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(source: BodySource) {
    this.#source = source
  }

  /** For the producer. */
  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#held += piece.length
    if (this.#held > HIGH_WATER && !this.#paused) {
      this.#paused = true
      this.#source.pause()
    }
    this.#wake?.()
  }

  /** For the producer: no more will come; with an error when it ended badly. */
  end(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#wake?.()
  }

  /** Stops the source; a reader gets `reason`. */
  abort(reason: Error): void {
    if (this.#ended) return
    this.end(reason)
    this.#source.abort(reason)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Buffer[]> {
    try {
      for (;;) {
        if (this.#pieces.length > 0) yield this.#take()
        else if (this.#error !== undefined) throw this.#error
        else if (this.#ended) return
        else await this.#arrival()
      }
    } finally {
      this.abort(new Error('The reader left.'))
    }
  }

  #take(): Buffer[] {
    const pieces = this.#pieces
    this.#pieces = []
    this.#held = 0
    if (this.#paused && !this.#ended) {
      this.#paused = false
      this.#source.resume()
    }
    return pieces
  }

  #arrival(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = () => {
      this.#wake = undefined
      resolve()
    }
    return promise
  }
}

/** The whole body, at most `limit` bytes. Throws what `tooLarge` makes when there are more. */
export async function readAll(body: Body, limit: number, tooLarge: () => Error): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const batch of body) {
    for (const piece of batch) {
      size += piece.length
      if (size > limit) throw tooLarge()
      pieces.push(piece)
    }
  }
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, size)
}
