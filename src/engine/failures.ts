import { GatewayError, type ErrorCode, type ErrorContext } from '../domain/errors.ts'
import type { ProviderError } from '../domain/chat.ts'
import { FrameError } from '../lib/aws-event-stream.ts'
import { errorWords } from '../lib/error-words.ts'
import { parseJson } from '../lib/json.ts'
import { retryAfterS } from '../lib/backoff.ts'
import { headerOf, type Headers, TransportError } from '../lib/transport.ts'

/** Statuses of a provider that the client is sent as they are, beside all 4xx. */
const HONEST_SERVER_STATUSES = new Set([503, 504, 529])

/** A provider's error answer, or an error inside a 200, as ours. Its own words stay with it. */
export function providerFailure(
  target: string,
  status: number,
  said: ProviderError | null,
  answer: { headers: Headers; text: string; nowMs: number },
): GatewayError {
  // A refusal says itself what it is; what is inside a 200, or a 5xx that stands for it, only its body.
  const refused = status >= 400 && status < 500
  const meant = refused ? status : (said?.status ?? status)
  const code = codeOf(meant)
  const retryAfter = retryAfterS((name) => headerOf(answer.headers, name), answer.nowMs)
  const honest = (meant >= 400 && meant < 500) || HONEST_SERVER_STATUSES.has(meant)
  const context: ErrorContext = {
    target,
    ...(honest && { status: meant }),
    ...(said && { provider: said }),
    ...(retryAfter !== null && { retryAfterS: retryAfter }),
  }
  return new GatewayError(code, said?.message ?? describe(meant, answer.text), context)
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return 'upstream_rate_limited'
  if (status === 408 || status === 504) return 'upstream_timeout'
  if (status === 503 || status === 529) return 'upstream_unavailable'
  if (status >= 400 && status < 500) return 'upstream_rejected'
  return status >= 500 ? 'upstream_failed' : 'upstream_bad_response'
}

const MOST_WORDS = 300

/** Its own words, in whatever shape, as far as they are meant for readers. */
function describe(status: number, text: string): string {
  const words = text.trim()
  if (words.startsWith('<')) {
    return `The provider answered with status ${status} and a web page instead of JSON.`
  }
  const plain = /^[[{]/.test(words) ? errorWords(parseJson(words)) : words
  const said = plain === '' ? '.' : `: ${plain.slice(0, MOST_WORDS)}`
  return `The provider answered with status ${status}${said}`
}

/** Whatever stopped a try, as ours. */
export function attemptFailure(target: string, thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  if (thrown instanceof FrameError) {
    return new GatewayError('upstream_bad_response', thrown.message, { target, cause: thrown })
  }
  if (!(thrown instanceof TransportError)) return GatewayError.from(thrown)
  const { code, text } = TRANSPORT_FAILURES[thrown.kind]
  return new GatewayError(code, text, { target, cause: thrown })
}

const TRANSPORT_FAILURES: Record<TransportError['kind'], { code: ErrorCode; text: string }> = {
  connect: { code: 'upstream_connect', text: 'The provider could not be reached.' },
  tls: { code: 'upstream_tls', text: "The provider's certificate could not be verified." },
  reset: { code: 'upstream_reset', text: 'The provider closed the connection without an answer.' },
  protocol: { code: 'upstream_bad_response', text: 'The provider did not answer in HTTP.' },
  aborted: { code: 'upstream_reset', text: 'The call to the provider was stopped.' },
}
