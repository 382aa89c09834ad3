import { z } from 'zod'
import { countingDialect } from '../count-tokens.ts'
import { dialectRoute } from '../deliver.ts'
import { decodeMessages } from './decode.ts'
import { anthropicError } from './errors.ts'
import { ownHeaders, withoutForeign } from './messages.ts'

/** Source: Claude API reference, "Count tokens in a Message". */
const anthropicCountTokens = countingDialect({
  name: 'anthropic.count_tokens',
  wire: 'anthropic_count_tokens',
  gate: z.compile(
    z.looseObject({ model: z.string().min(1), messages: z.array(z.looseObject({})) }),
  ),
  decode: decodeMessages,
  say: (tokens) => ({ input_tokens: tokens }),
  forward: ownHeaders,
  clean: withoutForeign,
  errorBody: anthropicError,
})

export const countTokens = dialectRoute(anthropicCountTokens, {
  paths: ['/anthropic/v1/messages/count_tokens', '/v1/messages/count_tokens'],
  summary: 'Count the tokens of a conversation, as the Anthropic API does.',
})
