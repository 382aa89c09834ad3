import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { Ask } from '../../engine/ask.ts'
import type { RawRequest } from '../../http/route.ts'
import type { App } from '../app.ts'
import { baseAsk, chatEncoder, readBody } from '../read-body.ts'
import { decodeChat } from './decode.ts'
import { openaiInvalid } from './task-blocks.ts'
import { type Named, readTaskRequest } from './task-request.ts'

/** What must be right before anything else is looked at. The rest is the provider's to judge. */
const Gate = z.compile(
  z.looseObject({
    model: z.string().min(1),
    messages: z.array(z.looseObject({})),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  }),
)

/** To TensorZero's names one may say nothing: their templates speak. */
const EMPTY = '`messages` is wrong: there must be one at least.'

const encodeFor = chatEncoder(decodeChat)

/**
 * Reads a chat completions request. One that names a function, or a model by TensorZero's full name,
 * is read as TensorZero reads it; all others as OpenAI's own, for its provider to judge.
 */
export function readChatRequest(request: RawRequest, app?: Pick<App, 'engine'>): Ask {
  const json = readBody(request)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const { model, messages, stream, stream_options: options } = gate.data
  const named = namedBy(model, app)
  if (named) return readTaskRequest(request, json, named)
  if (messages.length === 0) throw new GatewayError('invalid_request', EMPTY, { param: 'messages' })
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

const FUNCTION_PREFIX = 'tensorzero::function_name::'
const MODEL_PREFIX = 'tensorzero::model_name::'

/** A function by its full or its bare name, or a model by its full name; null: a model's bare name. */
function namedBy(name: string, app: Pick<App, 'engine'> | undefined): Named | null {
  if (name.startsWith(FUNCTION_PREFIX)) {
    const model = rest(name, FUNCTION_PREFIX, 'function_name')
    return { functionName: model, model, written: name }
  }
  if (name.startsWith(MODEL_PREFIX)) {
    const model = rest(name, MODEL_PREFIX, 'model_name')
    return { functionName: null, model, written: name }
  }
  const config = app?.engine.config()
  const isFunction = config?.functions.has(name) === true && !config.model(name)
  return isFunction ? { functionName: name, model: name, written: name } : null
}

function rest(name: string, prefix: string, what: string): string {
  if (name.length > prefix.length) return name.slice(prefix.length)
  const message = `${what} (passed in model field after "${prefix}") cannot be empty`
  const { message: full } = openaiInvalid(message)
  throw new GatewayError('invalid_request', full, { param: 'model' })
}

/** The first thing that a schema found wrong, as the client's error. */
export function gateError(error: z.ZodError): GatewayError {
  const [issue] = error.issues
  const param = issue?.path.join('.') ?? ''
  const what = issue?.message.endsWith('received undefined') ? 'missing' : 'wrong'
  const why = what === 'missing' ? `missing field \`${param}\`` : issue?.message
  return new GatewayError('invalid_request', `\`${param}\` is ${what}: ${why}.`, { param })
}
