import type { ProviderError } from '../../domain/chat.ts'
import { asObject, asString } from '../../lib/json.ts'

/**
 * The status of each exception, for those inside a stream. Source: Bedrock API reference,
 * ConverseStream; SageMaker Runtime API reference, InvokeEndpointWithResponseStream.
 */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['validationexception', 400],
  ['accessdeniedexception', 403],
  ['resourcenotfoundexception', 404],
  ['modeltimeoutexception', 408],
  ['modelstreamerrorexception', 424],
  ['modelerrorexception', 424],
  ['modelstreamerror', 424],
  ['throttlingexception', 429],
  ['modelnotreadyexception', 429],
  ['internalserverexception', 500],
  ['internalstreamfailure', 500],
  ['internalfailure', 500],
  ['serviceunavailableexception', 503],
])

/** `{message}` or `{Message}`; which exception it is stands in a header, or in the stream's event. */
export function readConverseError(body: unknown): ProviderError | null {
  const object = asObject(body)
  if (!object || 'output' in object) return null
  const message = asString(object['message']) ?? asString(object['Message'])
  const type = asString(object['__type'])?.replace(/^.*#/, '') ?? null
  if (message === undefined && type === null) return null
  return failure(object, message, type)
}

/** An exception that a stream ends with. */
export function readException(event: string, body: unknown): ProviderError {
  const object = asObject(body) ?? {}
  return failure(object, asString(object['message']) ?? asString(object['Message']), event)
}

function failure(
  raw: ProviderError['beside'],
  message: string | undefined,
  type: string | null,
): ProviderError {
  return {
    message: message || type || 'The provider gave no message.',
    status: STATUS.get(type?.toLowerCase() ?? '') ?? null,
    code: type,
    type,
    raw,
    beside: {},
  }
}
