import type { ProviderError } from './chat.ts'
import type { Outcome } from './record.ts'

interface ErrorKind {
  readonly status: number
  /** The retry class of docs/reliability.md: what another try may do. */
  readonly class: RetryClass
  readonly outcome: Outcome
  /** OpenAI's `error.type` for it. */
  readonly type: string
}

/**
 * R0 never sent · R2 ambiguous · R3 told to wait · R4 server error · R5 the caller's error ·
 * R6 after the first content · R7 ours. (R1, a stale socket, is handled inside the transport.)
 */
export type RetryClass = 'R0' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7'

const KINDS = {
  invalid_request: kind(400, 'R7', 'rejected', 'invalid_request_error'),
  unauthenticated: kind(401, 'R7', 'rejected', 'authentication_error'),
  forbidden: kind(403, 'R7', 'rejected', 'permission_error'),
  /** OpenAI's own name for it. */
  previous_response_not_found: kind(400, 'R7', 'rejected', 'invalid_request_error'),
  not_found: kind(404, 'R7', 'rejected', 'invalid_request_error'),
  method_not_allowed: kind(405, 'R7', 'rejected', 'invalid_request_error'),
  too_large: kind(413, 'R7', 'rejected', 'invalid_request_error'),
  unsupported_media_type: kind(415, 'R7', 'rejected', 'invalid_request_error'),
  overloaded: kind(503, 'R7', 'rejected', 'overloaded_error'),
  client_gone: kind(499, 'R7', 'client_gone', 'client_gone'),
  internal: kind(500, 'R7', 'internal', 'server_error'),
  upstream_connect: kind(502, 'R0', 'upstream_error', 'upstream_error'),
  upstream_tls: kind(502, 'R0', 'upstream_error', 'upstream_error'),
  /** This provider has no such operation; another one may. */
  unsupported: kind(400, 'R5', 'rejected', 'invalid_request_error'),
  /** The request was to bring the provider's key, and did not; another provider may need none. */
  credential_missing: kind(400, 'R5', 'rejected', 'invalid_request_error'),
  upstream_credential: kind(502, 'R5', 'upstream_error', 'upstream_error'),
  upstream_reset: kind(502, 'R2', 'upstream_error', 'upstream_error'),
  upstream_timeout: kind(504, 'R2', 'timeout', 'upstream_timeout'),
  upstream_rate_limited: kind(429, 'R3', 'upstream_error', 'rate_limit_error'),
  upstream_unavailable: kind(503, 'R3', 'upstream_error', 'upstream_error'),
  upstream_failed: kind(502, 'R4', 'upstream_error', 'upstream_error'),
  upstream_bad_response: kind(502, 'R4', 'upstream_error', 'upstream_error'),
  upstream_rejected: kind(400, 'R5', 'upstream_error', 'invalid_request_error'),
  upstream_truncated: kind(502, 'R4', 'truncated', 'upstream_error'),
  /** Found at start only: the process ended before the request did. */
  interrupted: kind(500, 'R7', 'internal', 'server_error'),
} as const

function kind(status: number, klass: RetryClass, outcome: Outcome, type: string): ErrorKind {
  return { status, class: klass, outcome, type }
}

/** Every way the gateway can fail. HTTP answers, retry rules and docs/errors.md come from here. */
export const ERROR_KINDS: Readonly<Record<ErrorCode, ErrorKind>> = KINDS
export type ErrorCode = keyof typeof KINDS

export interface ErrorContext {
  readonly cause?: unknown
  /** Which provider or model it happened at, as `model/provider`. */
  readonly target?: string
  /** The HTTP status the provider sent, where it differs from ours. */
  readonly status?: number
  /** The provider's own words. */
  readonly provider?: ProviderError
  /** Seconds the caller should wait. */
  readonly retryAfterS?: number
  /** The field at fault. */
  readonly param?: string
  /** What it stands for, where all of several tries failed: the message lists them. */
  readonly wraps?: 'providers' | 'retries' | 'candidates' | 'variants'
  /** Those tries: what each was at, and why it failed. */
  readonly causes?: readonly Cause[]
  /** Whose time was up. */
  readonly limit?: TimeOut
  /** The client has seen the provider's own words already. */
  readonly told?: boolean
}

export interface Cause {
  readonly name: string
  readonly error: GatewayError
}

export interface TimeOut {
  readonly owner: 'request' | 'variant' | 'model' | 'provider'
  readonly name: string
  /** The key in the configuration, and its value in milliseconds. */
  readonly setting: string
  readonly ms: number
}

/** `message` is for the caller: it ends with a full stop and says what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly context: ErrorContext

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, { cause: context.cause })
    this.code = code
    this.context = context
  }

  get kind(): ErrorKind {
    return ERROR_KINDS[this.code]
  }

  /** What the client is sent: the provider's own status where that is the truth. */
  get status(): number {
    return this.context.status ?? this.kind.status
  }

  /** Anything thrown, as a `GatewayError`: what we do not know is `internal`. */
  static from(thrown: unknown): GatewayError {
    if (thrown instanceof GatewayError) return thrown
    return new GatewayError('internal', 'Something went wrong inside the gateway.', {
      cause: thrown,
    })
  }
}
