import type { Part } from '../../../domain/chat.ts'
import type { GatewayError } from '../../../domain/errors.ts'
import type { Trace } from '../../../engine/trace.ts'
import { asString, type JsonObject } from '../../../lib/json.ts'
import { formatEvent } from '../../../lib/sse.ts'
import type { Dialect, StreamEncoder } from '../../dialect.ts'
import { errorBody } from '../errors.ts'

/** How the OpenAI family says that something went wrong. */
export const errors = {
  errorBody,
  streamError: (error: GatewayError, trace: Trace) =>
    formatEvent(JSON.stringify(errorBody(error, trace))),
} satisfies Partial<Dialect>

/** Answers that are all the provider's own. */
export const asItIs = {
  whole: (_envelope: unknown, parts: readonly Part[]) => Object.assign({}, ...rawOf(parts)),
  stream: (): StreamEncoder => ({
    encode: (parts) => rawOf(parts).map(eventOf).join(''),
    end: () => '',
  }),
} satisfies Partial<Dialect>

function rawOf(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) =>
    part.type === 'raw' && part.level === 'response' ? [part.fields] : [],
  )
}

function eventOf(fields: JsonObject): string {
  return formatEvent(JSON.stringify(fields), asString(fields['type']))
}
