import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { Ask } from '../../engine/ask.ts'
import type { RawRequest } from '../../http/route.ts'
import { baseAsk, chatEncoder, readBody } from '../read-body.ts'
import { decodeChat } from './decode.ts'

/** What must be right before anything else is looked at. The rest is the provider's to judge. */
const Gate = z.compile(
  z.looseObject({
    model: z.string().min(1),
    messages: z.array(z.looseObject({})).min(1),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  }),
)

const encodeFor = chatEncoder(decodeChat)

/** Reads a chat completions request. */
export function readChatRequest(request: RawRequest): Ask {
  const json = readBody(request)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const { model, stream, stream_options: options } = gate.data
  return baseAsk(request, {
    dialect: 'openai.chat',
    operation: 'chat',
    wire: 'openai_chat',
    model,
    json,
    stream: stream === true,
    wantsUsage: stream !== true || options?.include_usage === true,
    encodeFor,
    decode: decodeChat,
  })
}

/** The first thing that a schema found wrong, as the client's error. */
export function gateError(error: z.ZodError): GatewayError {
  const [issue] = error.issues
  const param = issue?.path.join('.') ?? ''
  const what = issue?.message.endsWith('received undefined') ? 'missing' : 'wrong'
  return new GatewayError('invalid_request', `\`${param}\` is ${what}: ${issue?.message}.`, {
    param,
  })
}
