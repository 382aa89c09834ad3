import type { Target } from '../config/config.ts'
import type { ProviderError } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { headerOf, type HttpResponse } from '../lib/transport.ts'
import type { ModelCall } from './ask.ts'
import type { Engine } from './engine.ts'
import { providerFailure } from './failures.ts'
import type { OutgoingBody } from './request-body.ts'
import type { TimeLimit } from './time-limit.ts'
import type { AttemptTrace } from './trace.ts'

/** Most of an answer that is kept; more than this from a provider is a fault. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024

/** One try under way: what its parts need of each other. */
export interface Call {
  readonly engine: Engine
  readonly ask: ModelCall
  readonly target: Target
  /** `model/provider`, for messages. */
  readonly name: string
  readonly attempt: AttemptTrace
  readonly limit: TimeLimit
  readonly sent: OutgoingBody
  /** Tells the caller, and whoever reads the record. */
  readonly warn: (text: string) => void
  /** Frees timers and listeners; safe to call twice. */
  release(): void
}

export function contentType(response: HttpResponse): string | undefined {
  return headerOf(response.headers, 'content-type')
}

/** Reads no more of an answer than can be kept. */
export const RESPONSE_LIMIT = {
  bytes: MAX_RESPONSE_BYTES,
  exceeded: () =>
    new GatewayError(
      'upstream_bad_response',
      `The provider sent more than ${MAX_RESPONSE_BYTES / 1024 / 1024} MiB.`,
    ),
}

/** An error that a provider put inside a 200. */
export function failureInside({ engine, name }: Call, error: ProviderError): GatewayError {
  return providerFailure(name, 200, error, { headers: {}, text: '', nowMs: engine.clock.now() })
}
