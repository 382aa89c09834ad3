import { countingWire } from './count-tokens.ts'
import { readError } from './openai-chat/errors.ts'
import { ResponsesDecoder } from './openai-responses/decoder.ts'
import { encodeResponsesRequest } from './openai-responses/encode.ts'
import { withOwnReasoning } from './openai-responses/own-reasoning.ts'
import { readResponse } from './openai-responses/read.ts'
import type { ChatWire } from './provider.ts'

const LAST_EVENTS = ['response.completed', 'response.incomplete', 'response.failed']

/** OpenAI's Responses. Source: OpenAI API reference, "Create a model response" and "Streaming events". */
export const openaiResponses: ChatWire = {
  name: 'openai_responses',
  path: () => 'responses',
  namesModel: true,
  endMarks: [...LAST_EVENTS.flatMap((name) => [`event: ${name}`, `event:${name}`]), 'data: [DONE]'],
  encode: encodeResponsesRequest,
  parts: readResponse,
  decoder: () => new ResponsesDecoder(),
  error: (body) => readError(body),
  tidied: withOwnReasoning,
}

/** Source: OpenAI API reference, "Get input token counts". */
export const openaiCountTokens = countingWire(
  {
    name: 'openai_count_tokens',
    path: () => 'responses/input_tokens',
    namesModel: true,
    error: readError,
    tidied: withOwnReasoning,
  },
  'input_tokens',
)
