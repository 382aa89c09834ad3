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

  /** What came since the last step; undefined at the end. Fails where the source failed. */
  async next(): Promise<readonly Buffer[] | undefined> {
    const waits = this.arrival()
    if (waits) await waits
    return this.take()
  }

  /** Resolves when there is something to take; undefined when there already is. */
  arrival(): Promise<void> | undefined {
    if (this.#pieces.length > 0 || this.#ended) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = () => {
      this.#wake = undefined
      resolve()
    }
    return promise
  }

  /** The first piece that has not been taken, once there is one; it stays. Undefined at the end. */
  async peek(): Promise<Buffer | undefined> {
    const waits = this.arrival()
    if (waits) await waits
    return this.#pieces[0]
  }

  /** As `next`, after the arrival. */
  take(): readonly Buffer[] | undefined {
    if (this.#pieces.length > 0) return this.#takeAll()
    if (this.#error !== undefined) throw this.#error
    return undefined
  }

  /** Stops the source, unless it has ended. */
  leave(): void {
    if (!this.#ended) this.abort(new Error('The reader left.'))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Buffer[]> {
    try {
      for (let pieces = await this.next(); pieces; pieces = await this.next()) yield pieces
    } finally {
      this.leave()
    }
  }

  #takeAll(): Buffer[] {
    const pieces = this.#pieces
    this.#pieces = []
    this.#held = 0
    if (this.#paused && !this.#ended) {
      this.#paused = false
      this.#source.resume()
    }
    return pieces
  }
}

/** The whole body, at most `limit` bytes. Throws what `tooLarge` makes when there are more. */
export async function readAll(body: Body, limit: number, tooLarge: () => Error): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for (;;) {
    // A small answer has come whole by now: it is not waited for.
    const waits = body.arrival()
    if (waits) await waits
    const batch = body.take()
    if (!batch) break
    for (const piece of batch) size += piece.length
    pieces.push(...batch)
    if (size <= limit) continue
    body.leave()
    throw tooLarge()
  }
  return joined(pieces, size)
}

/** Pieces as one: what is one already is not copied. `size`: their bytes, where they are counted. */
export function joined(pieces: readonly Buffer[], size?: number): Buffer {
  const [only] = pieces
  return pieces.length === 1 && only ? only : Buffer.concat(pieces, size)
}
