import type { Part } from '../domain/chat.ts'
import { parseJson } from '../lib/json.ts'
import type { SseEvent } from '../lib/sse.ts'
import { readException } from './bedrock-converse/errors.ts'
import type { ChatWire, Decoder } from './provider.ts'

/** A wire whose streams Amazon carries: how they fail is in Amazon's words, not in the wire's. */
export function carriedByAws(wire: ChatWire): ChatWire {
  return { ...wire, decoder: () => new CarriedDecoder(wire.decoder()) }
}

class CarriedDecoder implements Decoder {
  readonly #inner: Decoder

  constructor(inner: Decoder) {
    this.#inner = inner
  }

  get done(): boolean {
    return this.#inner.done
  }

  push(event: SseEvent): Part[] {
    if (!isAwsFailure(event.event)) return this.#inner.push(event)
    return [{ type: 'error', error: readException(event.event, parseJson(event.data)) }]
  }
}

/**
 * Whether an event's name is that of an exception or an error of Amazon's; Anthropic's own is `error`
 * alone. Source: Amazon Bedrock and SageMaker Runtime API references, the streams' errors.
 */
export function isAwsFailure(name: string): boolean {
  return /.(exception|error|failure)$/i.test(name)
}
