import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { Ask } from '../../engine/ask.ts'
import type { RawRequest, RawRoute } from '../../http/route.ts'
import { asObject, type JsonObject } from '../../lib/json.ts'
import type { App } from '../app.ts'
import { answer } from '../deliver.ts'
import type { Dialect } from '../dialect.ts'
import { estimateTokens } from '../estimate.ts'
import { gateError } from '../openai/request.ts'
import { baseAsk, chatEncoder, readBody } from '../read-body.ts'
import { withoutCarried } from '../server-work/carried.ts'
import { decodeGenerate } from './decode.ts'
import { metadataOf } from './decode-parts.ts'
import { encodeEmbedding, encodeEmbeddings, readEmbedding } from './embeddings.ts'
import { encodeGenerated } from './encode.ts'
import { GenerateEncoder } from './encode-stream.ts'
import { geminiError } from './errors.ts'
import { asEvents, AsList, listFraming } from './framing.ts'

const Gate = z.compile(
  z.looseObject({
    contents: z.union([z.array(z.unknown()), z.string(), z.looseObject({})]).nullish(),
  }),
)
const encodeFor = chatEncoder(decodeGenerate)
const nothing = () => ({ encode: () => '', end: () => '' })

/** Names with slashes and colons stand in the path; the method follows the last colon. */
export function nameIn({ params }: RawRequest): { model: string; method: string } {
  const rest = params['*'] ?? ''
  const colon = rest.lastIndexOf(':')
  return { model: rest.slice(0, Math.max(0, colon)), method: rest.slice(colon + 1) }
}

function readGenerate(request: RawRequest, stream: boolean): Ask {
  const json = readBody(request)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const { model } = nameIn(request)
  return baseAsk(request, {
    dialect: 'gemini.generate',
    operation: 'chat',
    wire: 'gemini',
    model,
    json,
    stream,
    wantsUsage: true,
    encodeFor,
    clean: withoutForeign,
  })
}

/** What tools of other providers did says nothing to Google's models, which take none of it. */
const withoutForeign = (json: JsonObject) => withoutCarried(json, ['contents', 'parts'], metadataOf)

const asked: Dialect['asked'] = (_, request) => nameIn(request).model

const common = {
  name: 'gemini.generate',
  asked,
  errorBody: geminiError,
  whole: encodeGenerated,
} as const

const whole: Dialect = {
  ...common,
  read: (request) => readGenerate(request, false),
  stream: nothing,
  streamError: () => '',
}

const streamed: Dialect = {
  ...common,
  read: (request) => readGenerate(request, true),
  stream: (envelope) => new GenerateEncoder(envelope, asEvents()),
  streamError: (error, trace) => `data: ${JSON.stringify(geminiError(error, trace))}\r\n\r\n`,
}

/** For one request: what ends a list that broke depends on whether it has begun. */
function listed(): Dialect {
  const list = new AsList()
  return {
    ...streamed,
    stream: (envelope) => new GenerateEncoder(envelope, list),
    streamError: (error, trace) => list.fail(geminiError(error, trace)),
    framing: listFraming(list),
  }
}

const counted: Dialect = {
  name: 'gemini.count_tokens',
  asked,
  errorBody: geminiError,
  read: (request) => ({
    ...readPlain(request, 'gemini.count_tokens'),
    operation: 'count_tokens',
    wire: 'gemini_count_tokens',
  }),
  whole: ({ request }) => ({ totalTokens: estimateTokens(decodeGenerate(inner(request))) }),
  stream: nothing,
  streamError: () => '',
  estimates: true,
}

/** To count, a whole request may stand inside the request. */
function inner(request: JsonObject): JsonObject {
  return asObject(request['generateContentRequest']) ?? request
}

function readPlain(request: RawRequest, dialect: string): Ask {
  const json = readBody(request)
  return baseAsk(request, {
    dialect,
    operation: 'count_tokens',
    wire: 'gemini_count_tokens',
    model: nameIn(request).model,
    json,
    stream: false,
    wantsUsage: true,
    encodeFor: () => null,
  })
}

const embedded: Dialect = {
  name: 'gemini.embed',
  asked,
  errorBody: geminiError,
  read: readEmbedding,
  whole: encodeEmbedding,
  stream: nothing,
  streamError: () => '',
}

const embeddedAll: Dialect = { ...embedded, whole: encodeEmbeddings }

type ForRequest = (request: RawRequest) => Dialect

const METHODS: ReadonlyMap<string, ForRequest> = new Map<string, ForRequest>([
  ['generateContent', () => whole],
  ['streamGenerateContent', ({ query }) => (query.get('alt') === 'sse' ? streamed : listed())],
  ['countTokens', () => counted],
  ['embedContent', () => embedded],
  ['batchEmbedContents', () => embeddedAll],
])

/** Source: Gemini API reference: the methods of a model. */
export const geminiMethods: RawRoute<App> = {
  kind: 'raw',
  method: 'POST',
  paths: ['/gemini/v1beta/models/*', '/gemini/v1/models/*'],
  scope: 'inference',
  summary: 'Answer a conversation, count its tokens or embed it, as the Gemini API does.',
  handle: async (app, request) => {
    const { method } = nameIn(request)
    const dialect = METHODS.get(method)
    if (dialect) return answer(app, dialect(request), request)
    const known = [...METHODS.keys()].join(', ')
    const error = new GatewayError('not_found', `No method \`${method}\`: there are ${known}.`)
    request.client.json(error.status, geminiError(error, undefined))
  },
}
