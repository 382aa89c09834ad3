import { z } from 'zod'
import type { Ask } from '../../../engine/ask.ts'
import type { RawRequest } from '../../../http/route.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { formatEvent } from '../../../lib/sse.ts'
import type { App } from '../../app.ts'
import { dialectRoute } from '../../deliver.ts'
import type { Dialect } from '../../dialect.ts'
import { baseAsk, chatEncoder, readBody } from '../../read-body.ts'
import { withoutCarried } from '../../server-work/carried.ts'
import { errorBody } from '../errors.ts'
import { gateError } from '../request.ts'
import { decodeResponses } from './decode.ts'
import { encodeResponse } from './encode.ts'
import { ResponseEncoder } from './encode-stream.ts'
import { historyBehind, NO_HISTORY } from './history.ts'
import { responseId } from './items.ts'

const Gate = z.compile(
  z.looseObject({
    model: z.string().min(1),
    stream: z.boolean().nullish(),
    previous_response_id: z.string().nullish(),
  }),
)

const decoded = chatEncoder(decodeResponses)

/** What tools of other providers did says nothing to OpenAI's models, which take none of it. */
const withoutForeign = (json: JsonObject) => withoutCarried(json, ['input', 'content'])

async function readResponsesRequest(request: RawRequest, app: App): Promise<Ask> {
  const json = readBody(request)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const { model, stream, previous_response_id: previous } = gate.data
  const history = previous ? await historyBehind(app, previous, model) : NO_HISTORY
  const read = baseAsk(request, {
    dialect: 'openai.responses',
    operation: 'chat',
    // The history behind a name of ours is unknown to every provider: it goes by way of our nouns.
    wire: history.own ? null : 'openai_responses',
    model,
    json,
    stream: stream === true,
    wantsUsage: true,
    encodeFor: (body, ...to) => decoded(history.expand(body), ...to),
    clean: withoutForeign,
  })
  const ask = { ...read, episodeId: read.episodeId ?? history.episodeId }
  return json['store'] === false ? ask : { ...ask, keptAs: responseId }
}

/** OpenAI's Responses. Source: OpenAI API reference, "Create a model response". */
const openaiResponses: Dialect = {
  name: 'openai.responses',
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
