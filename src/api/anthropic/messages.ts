import { z } from 'zod'
import type { Ask, ForwardedHeaders, WireName } from '../../engine/ask.ts'
import type { RawRequest } from '../../http/route.ts'
import type { JsonObject } from '../../lib/json.ts'
import { formatEvent } from '../../lib/sse.ts'
import { dialectRoute } from '../deliver.ts'
import type { Dialect } from '../dialect.ts'
import { gateError } from '../openai/request.ts'
import { baseAsk, chatEncoder, readBody } from '../read-body.ts'
import { withoutCarried } from '../server-work/carried.ts'
import { decodeMessages } from './decode.ts'
import { encodeMessage } from './encode.ts'
import { MessagesEncoder } from './encode-stream.ts'
import { anthropicError } from './errors.ts'

/** What must be right before anything else is looked at. The rest is the provider's to judge. */
const Gate = z.compile(
  z.looseObject({
    model: z.string().min(1),
    messages: z.array(z.looseObject({})),
    max_tokens: z.number().nullish(),
    stream: z.boolean().nullish(),
  }),
)

const encodeFor = chatEncoder(decodeMessages)

/** Reads a Messages request. */
function readMessagesRequest(request: RawRequest): Ask {
  const json = readBody(request)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const { model, stream } = gate.data
  return baseAsk(request, {
    dialect: 'anthropic.messages',
    operation: 'chat',
    wire: 'anthropic_messages',
    model,
    json,
    stream: stream === true,
    wantsUsage: true,
    forward: ownHeaders(request, 'anthropic_messages'),
    encodeFor,
    decode: decodeMessages,
    clean: withoutForeign,
  })
}

/** What tools of other providers did says nothing to Anthropic's models, which take none of it. */
export const withoutForeign = (json: JsonObject) => withoutCarried(json, ['messages', 'content'])

/** Which features, and which version of them, the client wants. */
export function ownHeaders({ headers }: RawRequest, wire: WireName): ForwardedHeaders {
  const named = (name: string) => {
    const value = headers[name]
    return value === undefined ? {} : { [name]: String(value) }
  }
  return { wire, wishes: named('anthropic-beta'), ofWords: named('anthropic-version') }
}

/** Some hosts of Claude end as OpenAI does: Anthropic's own clients would stumble over it. */
function withoutDone(events: Buffer): Buffer | string {
  return events.includes('[DONE]')
    ? events.toString('utf8').replaceAll(/^data: ?\[DONE\](\r?\n){1,2}/gm, '')
    : events
}

/** Anthropic's Messages. Source: Claude API reference, "Create a Message". */
const anthropicMessages: Dialect = {
  name: 'anthropic.messages',
  read: readMessagesRequest,
  whole: encodeMessage,
  stream: (envelope) => new MessagesEncoder(envelope),
  framing: {
    headers: {},
    silence: ': keep-alive\n\n',
    relay: () => ({ push: withoutDone, end: () => '' }),
  },
  errorBody: anthropicError,
  streamError: (error, trace) => formatEvent(JSON.stringify(anthropicError(error, trace)), 'error'),
}

export const messages = dialectRoute(anthropicMessages, {
  paths: ['/anthropic/v1/messages', '/v1/messages'],
  summary: 'Answer a conversation, as the Anthropic API does.',
})
