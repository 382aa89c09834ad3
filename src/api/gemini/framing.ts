import type { JsonObject } from '../../lib/json.ts'
import { SseReader } from '../../lib/sse.ts'
import type { StreamFraming } from '../dialect.ts'
import type { Framing } from './encode-stream.ts'

/** As `alt=sse` has it: lines end as Google ends them. */
export const asEvents = (): Framing => ({
  next: (response) => `data: ${JSON.stringify(response)}\r\n\r\n`,
  end: () => '',
})

/** Without `alt=sse`: one JSON list, an element for each response. */
export class AsList implements Framing {
  #begun = false

  next(response: JsonObject): string {
    return this.element(JSON.stringify(response))
  }

  element(json: string): string {
    const before = this.#begun ? ',\r\n' : '['
    this.#begun = true
    return before + json
  }

  end(): string {
    return this.#begun ? ']' : '[]'
  }

  /** The last element of a list that broke, whether or not there was one before it. */
  fail(error: JsonObject): string {
    return `${this.next(error)}]`
  }
}

/** How a client is told that asked for a list. */
export const listFraming = (list: AsList): StreamFraming => ({
  headers: { 'content-type': 'application/json; charset=utf-8' },
  // White space may stand between the elements of a list.
  silence: '\n',
  relay: () => {
    const reader = new SseReader()
    return {
      push: (events) =>
        reader
          .push(events)
          .map(({ data }) => list.element(data))
          .join(''),
      end: () => list.end(),
    }
  },
})
