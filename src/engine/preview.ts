import type { Part } from '../domain/chat.ts'
import { Collector } from '../domain/collect.ts'
import { asObject, parseJson } from '../lib/json.ts'
import { textPreview } from './complete.ts'
import { Decoding } from './decoding.ts'
import type { AttemptTrace, Trace } from './trace.ts'

/** How much of an answer is read on the main thread to show a line of it. */
const MAX_READ = 64 * 1024

/** The start of an answer that is still in memory: for the live log. */
export function previewOfAnswer({ last }: Trace): string {
  if (!last || last.pieces.length === 0) return ''
  const collector = new Collector()
  for (const part of firstParts(last)) collector.add(part)
  return textPreview(collector.answer().content)
}

function firstParts(attempt: AttemptTrace): Part[] {
  const { wire } = attempt
  if (attempt.streamed) return new LiveReading(attempt).next(MAX_READ)
  const text = Buffer.from(attempt.pieces.join(''), 'latin1').toString('utf8')
  const body = text.length <= MAX_READ && attempt.status === 200 ? parseJson(text) : undefined
  const object = asObject(body)
  return object ? wire.parts(object) : []
}

/** Reads a stream beside its way to the client, in its own time: the record is read elsewhere. */
export class LiveReading {
  readonly #attempt: AttemptTrace
  readonly #decoding: Decoding
  #read = 0

  constructor(attempt: AttemptTrace) {
    this.#attempt = attempt
    this.#decoding = new Decoding(attempt.wire.decoder())
  }

  /** The parts that came since the last call, from at most `limit` bytes. */
  next(limit: number): Part[] {
    const { pieces } = this.#attempt
    const parts: Part[] = []
    let left = limit
    while (this.#read < pieces.length && left > 0) {
      const piece = pieces[this.#read] ?? ''
      this.#read++
      left -= piece.length
      parts.push(...this.#decoding.push(Buffer.from(piece, 'latin1')).flat())
    }
    return parts
  }
}
