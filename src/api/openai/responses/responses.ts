import { z } from 'zod'
import { GatewayError } from '../../../domain/errors.ts'
import type { Ask } from '../../../engine/ask.ts'
import type { RawRequest } from '../../../http/route.ts'
import { formatEvent } from '../../../lib/sse.ts'
import { dialectRoute } from '../../deliver.ts'
import type { Dialect } from '../../dialect.ts'
import { baseAsk, chatEncoder, readBody } from '../../read-body.ts'
import { errorBody } from '../errors.ts'
import { gateError } from '../request.ts'
import { decodeResponses } from './decode.ts'
import { encodeResponse } from './encode.ts'
import { ResponseEncoder } from './encode-stream.ts'

const Gate = z.compile(
  z.looseObject({
    model: z.string().min(1),
    stream: z.boolean().nullish(),
    previous_response_id: z.string().nullish(),
  }),
)

const decoded = chatEncoder(decodeResponses)

function readResponsesRequest(request: RawRequest): Ask {
  const json = readBody(request)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const { model, stream, previous_response_id: previous } = gate.data
  return baseAsk(request, {
    dialect: 'openai.responses',
    operation: 'chat',
    wire: 'openai_responses',
    model,
    json,
    stream: stream === true,
    wantsUsage: true,
    encodeFor: (body, provider, target) => {
      if (previous) throw notKept(previous)
      return decoded(body, provider, target)
    },
  })
}

function notKept(id: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `\`previous_response_id\`: ${id} is known to its provider alone, and this model is another's: send the conversation in \`input\`.`,
    { param: 'previous_response_id' },
  )
}

/** OpenAI's Responses. Source: OpenAI API reference, "Create a model response". */
const openaiResponses: Dialect = {
  read: readResponsesRequest,
  whole: encodeResponse,
  stream: (envelope) => new ResponseEncoder(envelope),
  errorBody,
  streamError: (error, trace) => {
    const { error: said } = errorBody(error, trace)
    const { message, code } = error
    const event = {
      type: 'error',
      code,
      message,
      param: null,
      sequence_number: 0,
      error: said ?? null,
    }
    return formatEvent(JSON.stringify(event), 'error')
  },
}

export const responses = dialectRoute(openaiResponses, {
  paths: ['/openai/v1/responses', '/v1/responses'],
  summary: 'Answer a conversation, as the OpenAI Responses API does.',
})
