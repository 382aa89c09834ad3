import { asArray, asNumber, asString, type Json, type JsonObject } from '../../lib/json.ts'
import type { Script } from '../../lib/script.ts'
import { jsonScript } from './reply.ts'
import { randomFrom, seedOf } from './random.ts'
import { countTokens } from './tokens.ts'

/** As long as those of OpenAI's small model, which most programs are made for. */
const USUAL_DIMENSIONS = 1536
const MOST_DIMENSIONS = 4096
/** Enough to tell texts apart; the rest would only take time. */
const MOST_WORDS = 256

/**
 * Vectors for an embeddings request, in OpenAI's words: the same text always gets the same vector of
 * length 1, and texts that share words get vectors that point in like directions.
 */
export function embeddingScript(model: string, body: JsonObject): Script {
  const inputs = inputsOf(body['input'])
  const dimensions = dimensionsOf(body)
  const asText = body['encoding_format'] === 'base64'
  const data = inputs.map((input, index) => {
    const vector = vectorOf(input, dimensions)
    const embedding = asText ? Buffer.from(vector.buffer).toString('base64') : [...vector]
    return { object: 'embedding', index, embedding }
  })
  const tokens = inputs.reduce((sum, input) => sum + countTokens(input), 0)
  const usage = { prompt_tokens: tokens, total_tokens: tokens, cost: 0 }
  return jsonScript(200, { object: 'list', data, model, usage })
}

/** Texts; tokens stand for themselves as words. */
function inputsOf(input: Json | undefined): string[] {
  const items = asArray(input)
  const one = typeof input === 'string' || typeof items[0] === 'number'
  return (one ? [input ?? ''] : items).map((item) => asString(item) ?? JSON.stringify(item))
}

function dimensionsOf(body: JsonObject): number {
  const wanted = asNumber(body['dimensions']) ?? USUAL_DIMENSIONS
  return Math.min(MOST_DIMENSIONS, Math.max(1, Math.floor(wanted)))
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions)
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]
  for (const word of words.slice(0, MOST_WORDS)) {
    const random = randomFrom(seedOf(word))
    for (let at = 0; at < dimensions; at++) sum[at] = (sum[at] ?? 0) + random() - 0.5
  }
  const length = Math.hypot(...sum)
  return sum.map((value) => value / length)
}
