import type { Part } from '../domain/chat.ts'
import type { JsonObject } from '../lib/json.ts'

/**
 * The text block of a stream that grows, and what is cited for the whole of it: that is told when it
 * ends, for it may come before the words it holds for.
 */
export class CitedText {
  #length = 0
  #cited: JsonObject[] = []

  grow(text: string): void {
    this.#length += text.length
  }

  cite(...raws: readonly JsonObject[]): void {
    this.#cited.push(...raws)
  }

  /** The block has ended: its citations, by how one is read that holds for so many units of text. */
  end(read: (raw: JsonObject, length: number) => Part): Part[] {
    const [length, cited] = [this.#length, this.#cited]
    this.#length = 0
    this.#cited = []
    return cited.map((raw) => read(raw, length))
  }
}
