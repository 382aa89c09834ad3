import { asArray, asNumber, asObject, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { errorOf, text } from '../oracle/common.ts'
import type { Recording } from '../recording.ts'

/** What an answer that is no conversation says, whatever the format it says it in. */
export interface Said {
  readonly text: string
  readonly finish: string
  readonly vectors: readonly (readonly number[])[]
  readonly input: number | null
  readonly output: number | null
  /** Rankings and verdicts: nobody has other words for them. */
  readonly results: readonly JsonObject[]
  readonly error: { status: number | null; message: string } | null
}

type Source = Pick<Recording, 'provider' | 'api'>

/** Reads the JSON of an answer, or of all events of one. */
export function readSaid(bodies: readonly JsonObject[], { provider, api }: Source): Said {
  const choices = bodies.flatMap((body) => objectsIn(body['choices']))
  const failed = bodies.find((body) => isError(body))
  const results = api === 'rerank' || api === 'moderations'
  return {
    text: choices.map(textOf).join(''),
    finish: choices.map((choice) => text(choice['finish_reason'])).find(Boolean) ?? '',
    vectors: bodies.flatMap((body) => vectorsIn(body, provider)),
    input: bodies.map(inputOf).findLast((count) => count !== null) ?? null,
    output: bodies.map(outputOf).findLast((count) => count !== null) ?? null,
    results: results ? bodies.flatMap((body) => objectsIn(body['results'])) : [],
    error: failed ? errorOf(failed) : null,
  }
}

function isError(body: JsonObject): boolean {
  const answered = ['data', 'choices', 'embeddings', 'embedding', 'results', 'predictions']
  return Boolean(
    body['error'] ?? body['detail'] ?? (!answered.some((key) => key in body) && body['message']),
  )
}

function textOf(choice: JsonObject): string {
  const message = asObject(choice['message']) ?? asObject(choice['delta'])
  return text(choice['text']) + text(message?.['content'])
}

/** OpenAI lists objects, Cohere lists by type, Google one, several, or Vertex's predictions. */
function vectorsIn(body: JsonObject, provider: string): number[][] {
  const { embeddings } = body
  const byType = asObject(embeddings)
  if (byType) return asArray(byType['float']).map((vector) => vectorOf(vector, provider))
  const google = [asObject(body['embedding']) ?? null, ...asArray(embeddings)]
  const predicted = objectsIn(body['predictions']).map(
    (each) => asObject(each['embeddings']) ?? null,
  )
  const values = objectsIn([...google, ...predicted]).map((each) => each['values'])
  const listed = objectsIn(body['data']).map((each) => each['embedding'])
  const bare = asArray(embeddings).filter((each) => Array.isArray(each))
  return [...values, ...listed, ...bare].map((vector) => vectorOf(vector, provider))
}

function vectorOf(value: unknown, provider: string): number[] {
  if (typeof value !== 'string') return asArray(value).map((each) => asNumber(each) ?? 0)
  const bytes = Buffer.from(value, 'base64')
  if (provider === 'perplexity') return [...new Int8Array(bytes)]
  const singles = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
  // Old servers wrote 64 bits: of rounded numbers every other half is nothing.
  if (singles.some((each, at) => at % 2 === 0 && each !== 0)) return singles
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8))
}

function inputOf(body: JsonObject): number | null {
  const usage = asObject(body['usage'])
  const meta = asObject(body['meta'])
  const billed = asObject(meta?.['tokens']) ?? asObject(meta?.['billed_units'])
  const counted = objectsIn(body['predictions']).flatMap((each) => {
    const facts = asObject(asObject(each['embeddings'])?.['statistics'])
    return asNumber(facts?.['token_count']) ?? []
  })
  return (
    asNumber(usage?.['prompt_tokens']) ??
    asNumber(billed?.['input_tokens']) ??
    asNumber(asObject(body['usageMetadata'])?.['promptTokenCount']) ??
    asNumber(body['input_tokens']) ??
    asNumber(body['totalTokens']) ??
    (counted.length > 0 ? counted.reduce((sum, count) => sum + count, 0) : null)
  )
}

function outputOf(body: JsonObject): number | null {
  return asNumber(asObject(body['usage'])?.['completion_tokens']) ?? null
}
