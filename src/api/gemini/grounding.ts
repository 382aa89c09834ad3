import { isDeepStrictEqual } from 'node:util'
import type { Citation } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import { withoutUndefined } from '../compact.ts'

interface Place {
  readonly start: number
  readonly end: number
  readonly chunk: number
}

/** A page of the web, or a document: what has neither address nor name nor words is none. */
function sourceOf({ url, title, citedText }: Citation): JsonObject | null {
  if (url !== undefined) return { web: { uri: url, title: title ?? '' } }
  if (title === undefined && citedText === undefined) return null
  return { retrievedContext: withoutUndefined({ title, text: citedText }) }
}

/**
 * Citations of other providers, as the pages an answer is grounded in. Places are told in bytes of
 * UTF-8 here. Source: Gemini API reference, "GroundingMetadata".
 */
export class Grounding {
  readonly #texts: string[] = []
  readonly #chunks: JsonObject[] = []
  readonly #places: Place[] = []
  #length = 0
  /** Where the text begins that citations count from. */
  #begin = 0

  text(text: string, begins: boolean): void {
    if (begins) this.#begin = this.#length
    this.#texts.push(text)
    this.#length += text.length
  }

  cite(citation: Citation): void {
    const { wire, startIndex, endIndex } = citation
    const source = wire === 'gemini' ? null : sourceOf(citation)
    if (!source) return
    const known = this.#chunks.findIndex((each) => isDeepStrictEqual(each, source))
    const chunk = known < 0 ? this.#chunks.push(source) - 1 : known
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
