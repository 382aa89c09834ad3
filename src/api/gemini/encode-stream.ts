import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { type JsonObject, objectsIn } from '../../lib/json.ts'
import { byChoice } from '../choices.ts'
import { withoutUndefined } from '../compact.ts'
import type { Envelope, StreamEncoder } from '../dialect.ts'
import { CandidateEncoder } from './encode-candidate.ts'
import { encodeUsage, ownResponse } from './encode.ts'

/** How responses follow each other: server-sent events, or the elements of a list. */
export interface Framing {
  next(response: JsonObject): string
  end(): string
}

const NOTHING_YET: JsonObject = { content: { parts: [{ text: '' }], role: 'model' }, index: 0 }

/** Parts as responses that each hold the next pieces of the candidates. */
export class GenerateEncoder implements StreamEncoder {
  readonly #envelope: Envelope
  readonly #framing: Framing
  readonly #usage = new Collector()
  readonly #candidates = new Map([[0, new CandidateEncoder(0)]])
  readonly #own: JsonObject = {}

  constructor(envelope: Envelope, framing: Framing) {
    this.#envelope = envelope
    this.#framing = framing
  }

  encode(parts: readonly Part[]): string {
    for (const part of parts) if (part.type === 'usage') this.#usage.add(part)
    Object.assign(this.#own, ownResponse(parts))
    const candidates = objectsIn(
      [...byChoice(parts)].map(([index, own]) => this.#candidate(index).next(own)),
    )
    if (candidates.length === 0) return ''
    // Clients that want one answer read the first in the list, whatever its number.
    const named = candidates[0]?.['index'] === 0 ? candidates : [NOTHING_YET, ...candidates]
    return this.#framing.next(this.#response(named))
  }

  end(): string {
    const candidates = [...this.#candidates.values()].map((candidate) => candidate.last())
    const { usage } = this.#usage.answer()
    const last = {
      ...this.#response(candidates),
      ...this.#own,
      ...withoutUndefined({ usageMetadata: encodeUsage(usage) }),
    }
    return this.#framing.next(last) + this.#framing.end()
  }

  #candidate(index: number): CandidateEncoder {
    const candidate = this.#candidates.get(index) ?? new CandidateEncoder(index)
    this.#candidates.set(index, candidate)
    return candidate
  }

  #response(candidates: JsonObject[]): JsonObject {
    return { candidates, modelVersion: this.#envelope.model, responseId: this.#envelope.id }
  }
}
