import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { isUuidV7 } from '../../domain/ids.ts'
import type { Ask } from '../../engine/ask.ts'
import type { RawRequest } from '../../http/route.ts'
import { isDeeperThan, type JsonObject } from '../../lib/json.ts'
import { findTopLevel } from '../../lib/json-splice.ts'
import { decodeChat } from './decode.ts'
import { type Extensions, readExtensions } from './extensions.ts'

const MAX_DEPTH = 128
const MODEL_PREFIX = 'tensorzero::model_name::'
const FUNCTION_PREFIX = 'tensorzero::function_name::'

/** What must be right before anything else is looked at. The rest is the provider's to judge. */
const Gate = z.compile(
  z.looseObject({
    model: z.string().min(1),
    messages: z.array(z.looseObject({})).min(1),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  }),
)

/** Reads a chat completions request. The body is parsed once, here. */
export function readChatRequest(request: RawRequest): Ask {
  const json = parseBody(request.body)
  const hides = hidesLetters(request.body)
  refuseTwice(request.body, 'model', hides)
  refuseTwice(request.body, 'stream', hides)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  if (isDeeperThan(json, MAX_DEPTH)) {
    throw new GatewayError('invalid_request', `The request nests deeper than ${MAX_DEPTH} levels.`)
  }
  const { model, stream, stream_options: options } = gate.data
  const named = readName(model)
  const ours = hides || request.body.includes('tensorzero')
  const extensions = ours ? readExtensions(json) : NO_EXTENSIONS
  return {
    dialect: 'openai.chat',
    wire: 'openai_chat',
    requestedModel: model,
    model: named.model,
    relay: named.relay,
    stream: stream === true,
    wantsUsage: stream !== true || options?.include_usage === true,
    body: extensions.credentials.size > 0 ? withoutCredentials(json) : request.body,
    json: extensions.cleaned ?? json,
    verbatim: extensions.cleaned === null,
    chat: () => decodeChat(extensions.cleaned ?? json),
    episodeId: extensions.episodeId ?? episodeHeader(request),
    tags: extensions.tags,
    credentials: extensions.credentials,
    extraBody: extensions.extraBody,
    extraHeaders: extensions.extraHeaders,
    dryrun: extensions.dryrun,
    warnings: extensions.warnings,
    gone: request.client.gone,
  }
}

/** The record keeps the client's body, but no key of anybody's. */
function withoutCredentials(json: JsonObject): Buffer {
  return Buffer.from(JSON.stringify({ ...json, 'tensorzero::credentials': '[redacted]' }))
}

const NO_EXTENSIONS: Extensions = {
  cleaned: null,
  episodeId: null,
  tags: {},
  credentials: new Map(),
  extraBody: [],
  extraHeaders: [],
  dryrun: false,
  warnings: [],
}

function parseBody(body: Buffer): JsonObject {
  if (!isUtf8(body)) throw new GatewayError('invalid_request', 'The request body is not UTF-8.')
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : ''
    throw new GatewayError('invalid_request', `The request body is not JSON: ${why}.`, { cause })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new GatewayError('invalid_request', 'The request body must be a JSON object.')
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object that JSON.parse made
  return json as JsonObject
}

/** Two parsers may each take another one of two equal keys: who decides must not depend on that. */
function refuseTwice(body: Buffer, key: string, hides: boolean): void {
  const text = `"${key}"`
  const first = body.indexOf(text)
  const twice = first >= 0 && body.indexOf(text, first + 1) >= 0
  if (!twice && !hides) return
  if (findTopLevel(body, key).length < 2) return
  throw new GatewayError('invalid_request', `The request has \`${key}\` twice: keep one.`, {
    param: key,
  })
}

/** Letters written as escapes: no JSON writer does so, only somebody who hides a key. */
function hidesLetters(body: Buffer): boolean {
  return LETTER_ESCAPES.some((escape) => body.includes(escape))
}

const LETTER_ESCAPES = ['\\u006', '\\u007']

function gateError(error: z.ZodError): GatewayError {
  const [issue] = error.issues
  const param = issue?.path.join('.') ?? ''
  const what = issue?.message.endsWith('received undefined') ? 'missing' : 'wrong'
  return new GatewayError('invalid_request', `\`${param}\` is ${what}: ${issue?.message}.`, {
    param,
  })
}

function readName(name: string): { model: string; relay: boolean } {
  if (name.startsWith(FUNCTION_PREFIX)) {
    throw new GatewayError(
      'not_found',
      'Functions are not served by this version yet: name a model instead.',
      { param: 'model' },
    )
  }
  if (!name.startsWith(MODEL_PREFIX)) return { model: name, relay: true }
  const model = name.slice(MODEL_PREFIX.length)
  if (model !== '') return { model, relay: false }
  throw new GatewayError('invalid_request', `\`model\` cannot end after \`${MODEL_PREFIX}\`.`, {
    param: 'model',
  })
}

function episodeHeader({ headers }: RawRequest): string | null {
  const value = headers['x-weir-episode-id']
  if (typeof value !== 'string') return null
  if (isUuidV7(value)) return value
  throw new GatewayError('invalid_request', '`x-weir-episode-id` must be a UUIDv7.')
}
