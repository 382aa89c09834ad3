import type { Part } from '../domain/chat.ts'
import { type SseEvent, SseReader } from '../lib/sse.ts'
import type { Decoder } from '../providers/provider.ts'

/** Bytes → events → parts, with the marks that say whether the answer came to its end. */
export class Decoding {
  readonly #reader = new SseReader()
  readonly #decoder: Decoder
  readonly #keepsEvents: boolean
  #sawFinish = false

  /** `keepsEvents`: each event comes as a part too, before its own. */
  constructor(decoder: Decoder, keepsEvents = false) {
    this.#decoder = decoder
    this.#keepsEvents = keepsEvents
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
      if (this.#keepsEvents && event.data !== '[DONE]') {
        parts.unshift({ type: 'event', text: event.data })
      }
      this.#sawFinish ||= parts.some((part) => part.type === 'finish')
      return parts
    })
  }
}
