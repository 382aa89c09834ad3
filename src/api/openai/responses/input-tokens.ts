import { z } from 'zod'
import { countingDialect } from '../../count-tokens.ts'
import { dialectRoute } from '../../deliver.ts'
import { errorBody } from '../errors.ts'
import { decodeResponses } from './decode.ts'

/** Source: OpenAI API reference, "Get input token counts". */
const openaiCountTokens = countingDialect({
  name: 'openai.count_tokens',
  wire: 'openai_count_tokens',
  gate: z.compile(z.looseObject({ model: z.string().min(1) })),
  decode: decodeResponses,
  say: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  errorBody,
})

export const inputTokens = dialectRoute(openaiCountTokens, {
  paths: ['/openai/v1/responses/input_tokens', '/v1/responses/input_tokens'],
  summary: 'Count the tokens of a conversation, as the OpenAI Responses API does.',
})
