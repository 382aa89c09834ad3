import type { Part } from '../domain/chat.ts'
import { type SseEvent, SseReader } from '../lib/sse.ts'
import type { Decoder } from '../providers/provider.ts'

/** Bytes → events → parts, with the marks that say whether the answer came to its end. */
export class Decoding {
  readonly #reader = new SseReader()
  readonly #decoder: Decoder
  #sawFinish = false

  constructor(decoder: Decoder) {
    this.#decoder = decoder
  }

  get finished(): boolean {
    return this.#sawFinish || this.#decoder.done
  }

  get done(): boolean {
    return this.#decoder.done
  }

  push(bytes: Uint8Array): Part[][] {
    return this.#read(this.#reader.push(bytes))
  }

  end(): Part[][] {
    return this.#read(this.#reader.end())
  }

  #read(events: readonly SseEvent[]): Part[][] {
    return events.map((event) => {
      const parts = this.#decoder.push(event)
      this.#sawFinish ||= parts.some((part) => part.type === 'finish')
      return parts
    })
  }
}
