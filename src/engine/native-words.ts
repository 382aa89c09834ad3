import { GatewayError } from '../domain/errors.ts'
import { utf8 } from './kept-text.ts'
import type { AttemptTrace } from './trace.ts'

/** Statuses that TensorZero takes for the caller's fault. */
const CALLERS = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [429, 'Too Many Requests'],
])
/** What never was an answer of the provider is told as it is. */
const OURS = new Set(['credential_missing', 'upstream_credential', 'unsupported'])

/**
 * A provider's failure as TensorZero words it: whose fault it was, and of which type of provider.
 * With `debug` the raw request and answer follow.
 */
export function inNativeWords(
  attempt: AttemptTrace,
  error: GatewayError,
  debug: boolean,
): GatewayError {
  if (error.context.limit || OURS.has(error.code)) return error
  const { target, requestBody, pieces } = attempt
  const status = error.context.status ?? attempt.status
  const reason = status === null ? undefined : CALLERS.get(status)
  const server = status !== null && reason === undefined && !target.provider.script
  const said = reason === undefined || debug ? '' : ` ${status} ${reason}`
  const who = `${target.provider.type} ${server ? 'server' : 'client'}`
  const raw = debug ? rawTexts(requestBody.toString('utf8'), utf8(pieces.join(''))) : ''
  const message = `Error${said} from ${who}: ${error.message}${raw}`
  return new GatewayError(error.code, message, error.context)
}

function rawTexts(request: string, response: string): string {
  const answered = response === '' ? '' : `\nRaw response: ${response}`
  return `\nRaw request: ${request}${answered}`
}
