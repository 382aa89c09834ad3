import { z } from 'zod'
import type { Ask } from '../../engine/ask.ts'
import { dialectRoute } from '../deliver.ts'
import type { Dialect } from '../dialect.ts'
import { estimateTokens } from '../estimate.ts'
import { gateError } from '../openai/request.ts'
import { baseAsk, readBody } from '../read-body.ts'
import { decodeMessages } from './decode.ts'
import { anthropicError } from './errors.ts'
import { ownHeaders } from './messages.ts'

const Gate = z.compile(
  z.looseObject({ model: z.string().min(1), messages: z.array(z.looseObject({})) }),
)

/** Source: Claude API reference, "Count tokens in a Message". */
const anthropicCountTokens: Dialect = {
  read: (request): Ask => {
    const json = readBody(request)
    const gate = Gate.safeParse(json)
    if (!gate.success) throw gateError(gate.error)
    return baseAsk(request, {
      dialect: 'anthropic.count_tokens',
      operation: 'count_tokens',
      wire: 'anthropic_count_tokens',
      model: gate.data.model,
      json,
      stream: false,
      wantsUsage: true,
      forwardHeaders: ownHeaders(request),
      encodeFor: () => null,
    })
  },
  whole: ({ request }) => ({ input_tokens: estimateTokens(decodeMessages(request)) }),
  // Counting never streams.
  stream: () => ({ encode: () => '', end: () => '' }),
  errorBody: anthropicError,
  streamError: () => '',
  estimates: true,
}

export const countTokens = dialectRoute(anthropicCountTokens, {
  paths: ['/anthropic/v1/messages/count_tokens', '/v1/messages/count_tokens'],
  summary: 'Count the tokens of a conversation, as the Anthropic API does.',
})
