import { isUtf8 } from 'node:buffer'
import type { ChatRequest } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { isUuidV7 } from '../domain/ids.ts'
import type { Ask } from '../engine/ask.ts'
import { encodeFitting } from '../engine/functions/chat-request.ts'
import type { Task } from '../engine/functions/task.ts'
import type { RawRequest } from '../http/route.ts'
import { isDeeperThan, type JsonObject } from '../lib/json.ts'
import { findTopLevel, stands } from '../lib/json-splice.ts'
import { redacted } from './redacted.ts'
import { mayCarry } from './server-work/carried.ts'
import { taskOfChat } from './task-of-chat.ts'
import { type Extensions, NO_EXTENSIONS, readExtensions } from './openai/extensions.ts'

const MAX_DEPTH = 128
const MODEL_PREFIX = 'tensorzero::model_name::'
const FUNCTION_PREFIX = 'tensorzero::function_name::'

/** The body as a JSON object in which nothing that decides stands twice. It is parsed once, here. */
export function readBody({ body, latin1 }: RawRequest): JsonObject {
  const json = parseBody(body)
  const hides = hidesLetters(latin1)
  for (const key of DECIDING) {
    if (hides || stands(latin1, `"${key}"`) === 'twice') refuseTwice(body, key)
  }
  if (!isDeeperThan(json, MAX_DEPTH)) return json
  throw new GatewayError('invalid_request', `The request nests deeper than ${MAX_DEPTH} levels.`)
}

/** What a dialect knows of its request; the rest is the same for all. */
export interface Read
  extends
    Pick<Ask, 'dialect' | 'operation' | 'wire' | 'stream' | 'wantsUsage'>,
    Partial<Pick<Ask, 'contentType' | 'forward'>> {
  /** The model's name as the client wrote it. */
  readonly model: string
  readonly json: JsonObject
  /** The body without what another provider's tools did; null: there is nothing of that in it. */
  readonly clean?: (json: JsonObject) => JsonObject | null
  /** Reads a conversation into our nouns; absent: this operation is none. */
  readonly decode?: ((json: JsonObject) => ChatRequest) | undefined
  /** Writes the request, without our own keys, in another provider's format. */
  readonly encodeFor: (
    json: JsonObject,
    ...to: Parameters<Ask['encodeFor']>
  ) => ReturnType<Ask['encodeFor']>
}

/** The ask of a request whose dialect has read its own part of it. */
export function baseAsk(request: RawRequest, read: Read): Ask {
  const { json, encodeFor, decode, clean, model, ...facts } = read
  const named = functionIn(model)
  const { latin1 } = request
  const ours = latin1.includes('tensorzero') || hidesLetters(latin1)
  const extensions = ours ? readExtensions(json) : NO_EXTENSIONS
  const own = extensions.cleaned ?? json
  const relayed = clean && mayCarry(latin1) ? clean(own) : null
  const cleaned = relayed ?? own
  const name = named === null ? readName(model) : { model: named, relay: false }
  const hasSecrets = extensions.credentials.size > 0
  // Behind a spread each field costs much more: so these come last.
  return {
    requestedModel: model,
    model: name.model,
    relay: name.relay,
    body: hasSecrets ? redacted(json, 'tensorzero::credentials') : request.body,
    json: cleaned,
    verbatim: extensions.cleaned === null && relayed === null,
    encodeFor: (provider, target) => encodeFor(extensions.whole ?? json, provider, target),
    episodeId: extensions.episodeId ?? episodeHeader(request),
    gone: request.client.gone,
    ...facts,
    ...ownKeys(extensions),
    ...(!hasSecrets && { latin1 }),
    ...(named !== null && { task: taskFor(named, { cleaned, decode, json }) }),
  }
}

function taskFor(
  name: string,
  { cleaned, decode, json }: { cleaned: JsonObject; decode: Read['decode']; json: JsonObject },
): Task {
  if (decode) return taskOfChat(name, decode(cleaned), json)
  throw new GatewayError(
    'invalid_request',
    'A function answers conversations: name a model here.',
    {
      param: 'model',
    },
  )
}

function ownKeys(extensions: Extensions) {
  const { tags, credentials, extraBody, extraHeaders, cache, dryrun, warnings } = extensions
  return { tags, credentials, extraBody, extraHeaders, cache, dryrun, warnings }
}

/** How a conversation is written in the format of a provider's chat wire. */
export function chatEncoder(decode: (json: JsonObject) => ChatRequest): Read['encodeFor'] {
  return (json, provider, target) => encodeFitting(decode(json), provider, target)
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

const DECIDING = ['model', 'stream']

/** Two parsers may each take another one of two equal keys: who decides must not depend on that. */
function refuseTwice(body: Buffer, key: string): void {
  if (findTopLevel(body, key).length < 2) return
  throw new GatewayError('invalid_request', `The request has \`${key}\` twice: keep one.`, {
    param: key,
  })
}

/** Letters written as escapes: no JSON writer does so, only somebody who hides a key. */
function hidesLetters(latin1: string): boolean {
  return latin1.includes('\\u00') && LETTER_ESCAPE.test(latin1)
}

const LETTER_ESCAPE = /\\u00[67]/

/** The function that a client names in place of a model; null where it names a model. */
function functionIn(name: string): string | null {
  if (!name.startsWith(FUNCTION_PREFIX)) return null
  const named = name.slice(FUNCTION_PREFIX.length)
  if (named !== '') return named
  throw new GatewayError('invalid_request', `\`model\` cannot end after \`${FUNCTION_PREFIX}\`.`, {
    param: 'model',
  })
}

/** A bare name wants the upstream's own bytes, one with TensorZero's prefix its shape. */
export function readName(name: string): { model: string; relay: boolean } {
  const prefix = MODEL_PREFIXES.find((each) => name.startsWith(each))
  if (prefix === undefined) return { model: name, relay: true }
  const model = name.slice(prefix.length)
  if (model !== '') return { model, relay: false }
  throw new GatewayError('invalid_request', `\`model\` cannot end after \`${prefix}\`.`, {
    param: 'model',
  })
}

const MODEL_PREFIXES = [MODEL_PREFIX, 'tensorzero::embedding_model_name::']

function episodeHeader({ headers }: RawRequest): string | null {
  const value = headers['x-weir-episode-id']
  if (typeof value !== 'string') return null
  if (isUuidV7(value)) return value
  throw new GatewayError('invalid_request', '`x-weir-episode-id` must be a UUIDv7.')
}
