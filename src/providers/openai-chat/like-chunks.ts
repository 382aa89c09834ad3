import type { Part } from '../../domain/chat.ts'
import { parseJson } from '../../lib/json.ts'

type Words = Extract<Part, { type: 'text' }>

/**
 * Most chunks of a stream are the one before with other words. What is around the words is compared
 * as text, and nothing but they is parsed.
 */
export class LikeChunks {
  #before = ''
  #after = ''
  #words: Words | null = null

  /** The part that such a chunk is; null when it has to be read. */
  read(data: string): Words | null {
    if (this.#words === null) return null
    const [start, end] = [this.#before.length, data.length - this.#after.length]
    if (start >= end || !data.startsWith(this.#before) || !data.endsWith(this.#after)) return null
    const written = data.slice(start, end)
    const text = NEEDS_PARSING.test(written) ? parseJson(`"${written}"`) : written
    return typeof text === 'string' ? { ...this.#words, text } : null
  }

  /** Notes what stands around the words of a chunk that says nothing else. */
  learn(data: string, parts: readonly Part[]): void {
    const [words] = parts
    this.#words = null
    if (parts.length !== 1 || words?.type !== 'text' || words.begins || words.signature) return
    const written = JSON.stringify(words.text)
    // Not in a string, where the quotes would be escaped; and in one place only.
    const name = /[{,]"content": ?/g
    const at = name.test(data) ? name.lastIndex : 0
    if (at === 0 || name.test(data) || !data.startsWith(written, at)) return
    this.#before = data.slice(0, at + 1)
    this.#after = data.slice(at + written.length - 1)
    this.#words = words
  }
}

/** What ends a string of JSON, begins an escape in it or must not be there. */
const NEEDS_PARSING = /["\\\p{Cc}]/u
