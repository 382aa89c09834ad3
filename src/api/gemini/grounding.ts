import type { Citation } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'

interface Place {
  readonly start: number
  readonly end: number
  readonly chunk: number
}

/**
 * Citations of other providers, as the pages an answer is grounded in. Places are told in bytes of
 * UTF-8 here. Source: Gemini API reference, "GroundingMetadata".
 */
export class Grounding {
  readonly #texts: string[] = []
  readonly #chunks: { web: { uri: string; title: string } }[] = []
  readonly #places: Place[] = []
  #length = 0
  /** Where the text begins that citations count from. */
  #begin = 0

  text(text: string, begins: boolean): void {
    if (begins) this.#begin = this.#length
    this.#texts.push(text)
    this.#length += text.length
  }

  cite({ url, title = '', wire, startIndex, endIndex }: Citation): void {
    if (wire === 'gemini' || url === undefined) return
    const known = this.#chunks.findIndex(({ web }) => web.uri === url && web.title === title)
    const chunk = known < 0 ? this.#chunks.push({ web: { uri: url, title } }) - 1 : known
    if (startIndex === undefined || endIndex === undefined || endIndex <= startIndex) return
    this.#places.push({ start: this.#begin + startIndex, end: this.#begin + endIndex, chunk })
  }

  /** The field of a candidate; none where nothing was cited. */
  fields(): JsonObject {
    if (this.#chunks.length === 0) return {}
    const text = this.#texts.join('')
    const bytes = (length: number) => Buffer.byteLength(text.slice(0, length))
    const supports = this.#places.map(({ start, end, chunk }) => ({
      segment: {
        startIndex: bytes(start),
        endIndex: bytes(end),
        text: text.slice(start, end),
      },
      groundingChunkIndices: [chunk],
    }))
    const groundingSupports = supports.length > 0 ? { groundingSupports: supports } : {}
    return { groundingMetadata: { groundingChunks: this.#chunks, ...groundingSupports } }
  }
}
