import { fieldsBeside, type JsonObject } from '../../lib/json.ts'
import type { Script } from '../../lib/script.ts'
import type { ScriptRequest } from '../provider.ts'
import { embeddingScript } from '../scripted/embeddings.ts'
import { hexFrom, integerFrom, type Random, randomFrom, seedOf } from '../scripted/random.ts'
import { type ErrorReply, errorScript, type Piece, scriptOf } from '../scripted/reply.ts'
import { countPrompt, maxTokensOf, streamOptionsOf, usageOf } from '../scripted/request.ts'
import { FLAKY, type Knobs, readKnobs } from './knobs.ts'
import { MODELS, type Token } from './models.ts'

/** A moment in 2025: answers must not depend on a clock. */
const FIRST_SECOND = 1_750_000_000
const SECONDS = 10_000_000

/**
 * What a demo model answers: the same request gets the same answer, whether it is streamed or not.
 * Only its luck is new with every try.
 */
export function demoScript(request: ScriptRequest): Script {
  const { model, operation, body, earlierAttempts } = request
  const [name = '', query = ''] = model.split('?', 2)
  const answer = MODELS.get(name)
  if (!answer) return errorScript(noSuchModel(name))
  const knobs = readKnobs(name === 'flaky' && query === '' ? FLAKY : query)
  if (typeof knobs === 'string') return errorScript(badRequest(knobs, 'model'))

  const seed = seedOf(name + whatIsAsked(body))
  const luck = randomFrom(seedOf(`${seed} ${earlierAttempts}`))
  // Drawn in any case, so that one knob does not change the others' luck.
  const [fails, cuts, stalls] = [luck() < knobs.fail, luck() < knobs.cut, luck() < knobs.stall]
  if (fails) return errorScript(failure(name, knobs.code))
  if (operation === 'embeddings') return embeddingScript(model, body)

  const random = randomFrom(seed)
  const tokens = answer(body, random)
  if (typeof tokens === 'string') return errorScript(badRequest(tokens, 'tool_choice'))
  const kept = tokens.slice(0, maxTokensOf(body))
  const pieces = kept.map((token) => paced(token, knobs))
  const broken = cuts ? 'cut' : stalls ? 'stall' : undefined
  return scriptOf(
    {
      id: `chatcmpl-${hexFrom(random, 24)}`,
      createdS: FIRST_SECOND + integerFrom(random, 0, SECONDS),
      model,
      pieces: broken ? breakAt(pieces, broken, knobs, luck) : pieces,
      finish: finishOf(tokens, kept),
      usage: usage(body, kept),
      firstMs: knobs.ttft,
    },
    streamOptionsOf(body),
  )
}

const MANNERS: ReadonlySet<string> = new Set(['model', 'stream', 'stream_options'])

/** The request without what only says how the answer is wanted. */
function whatIsAsked(body: JsonObject): string {
  return JSON.stringify(fieldsBeside(body, MANNERS) ?? {})
}

function paced(token: Token, { tps }: Knobs): Piece {
  return { ...token, afterMs: 1000 / tps }
}

function breakAt(
  pieces: readonly Piece[],
  type: 'cut' | 'stall',
  { at }: Knobs,
  luck: Random,
): Piece[] {
  const middle = integerFrom(luck, 1, Math.max(1, pieces.length - 1))
  return [...pieces.slice(0, at ?? middle), { type, afterMs: 0 }]
}

function finishOf(tokens: readonly Token[], kept: readonly Token[]): string {
  if (kept.length < tokens.length) return 'length'
  return tokens.some((token) => token.type === 'tool_call') ? 'tool_calls' : 'stop'
}

function usage(body: JsonObject, tokens: readonly Token[]): JsonObject {
  const thoughts = tokens.filter((token) => token.type === 'reasoning')
  return usageOf(countPrompt(body), tokens.length, thoughts.length)
}

function noSuchModel(name: string): ErrorReply {
  return {
    status: 404,
    message: `There is no demo model \`${name}\`. Use one of ${[...MODELS.keys()].join(', ')}.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  }
}

function badRequest(message: string, param: string): ErrorReply {
  return { status: 400, message, type: 'invalid_request_error', code: null, param }
}

/** A failure on demand, in the words that OpenAI has for its kind. */
function failure(model: string, status: number): ErrorReply {
  const what = `The demo model \`${model}\` fails on purpose with status ${status}.`
  const waits = status === 429 || status === 503
  return {
    status,
    message: waits ? `${what} Try again in 1s.` : what,
    type: TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error'),
    code: CODES.get(status) ?? null,
    ...(waits && { headers: { 'retry-after': '1' } }),
  }
}

const TYPES: ReadonlyMap<number, string> = new Map([[429, 'requests']])
const CODES: ReadonlyMap<number, string> = new Map([
  [401, 'invalid_api_key'],
  [404, 'model_not_found'],
  [429, 'rate_limit_exceeded'],
])
