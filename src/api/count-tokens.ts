import type { z } from 'zod'
import type { ChatRequest } from '../domain/chat.ts'
import type { Ask, ForwardedHeaders, WireName } from '../engine/ask.ts'
import type { RawRequest } from '../http/route.ts'
import { asString, type JsonObject } from '../lib/json.ts'
import type { Dialect } from './dialect.ts'
import { estimateTokens } from './estimate.ts'
import { gateError } from './openai/request.ts'
import { baseAsk, readBody } from './read-body.ts'

interface Counting extends Pick<Dialect, 'errorBody'> {
  readonly name: string
  readonly wire: WireName
  /** What must be right before the provider judges the rest. */
  readonly gate: z.ZodType
  readonly decode: (json: JsonObject) => ChatRequest
  /** The estimate in the dialect's own words. */
  readonly say: (tokens: number) => JsonObject
  /** The body without what another provider's tools did. */
  readonly clean?: (json: JsonObject) => JsonObject | null
  readonly forward?: (request: RawRequest, wire: WireName) => ForwardedHeaders
}

/** A dialect's way to ask how many tokens a conversation has: where no provider counts, we estimate. */
export function countingDialect(counting: Counting): Dialect {
  const { name, wire, gate, decode, say, forward, clean, errorBody } = counting
  return {
    name,
    errorBody,
    read: (request): Ask => {
      const json = readBody(request)
      const checked = gate.safeParse(json)
      if (!checked.success) throw gateError(checked.error)
      return baseAsk(request, {
        dialect: name,
        operation: 'count_tokens',
        wire,
        model: asString(json['model']) ?? '',
        json,
        stream: false,
        wantsUsage: true,
        ...(clean && { clean }),
        ...(forward && { forward: forward(request, wire) }),
        encodeFor: () => null,
      })
    },
    whole: ({ request }) => say(estimateTokens(decode(request))),
    // Counting never streams.
    stream: () => ({ encode: () => '', end: () => '' }),
    streamError: () => '',
    estimates: true,
  }
}
