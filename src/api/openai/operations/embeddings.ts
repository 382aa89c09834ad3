import { z } from 'zod'
import type { Part } from '../../../domain/chat.ts'
import type { EmbeddingRequest } from '../../../domain/embedding.ts'
import { mergeUsage, totalInput, totalOutput, type Usage } from '../../../domain/usage.ts'
import type { Ask, Include } from '../../../engine/ask.ts'
import type { RawRequest } from '../../../http/route.ts'
import { asArray, asNumber, fieldsBeside, type Json, type JsonObject } from '../../../lib/json.ts'
import { formatEvent } from '../../../lib/sse.ts'
import type { App } from '../../app.ts'
import type { Dialect, Envelope } from '../../dialect.ts'
import { baseAsk, type Read, readBody } from '../../read-body.ts'
import { gateError } from '../request.ts'
import { errors } from './answering.ts'
import { modelOf } from './reading.ts'
import { toBase64 } from './vectors.ts'

/** OpenAI's embeddings. Source: OpenAI API reference, "Create embeddings". */
export const embeddings: Dialect = {
  name: 'openai.embeddings',
  ...errors,
  read: readEmbeddings,
  whole: encodeEmbeddings,
  // Embeddings come whole; where a server streams them all the same, they are one event.
  stream: (envelope) => ({
    encode: (parts) => formatEvent(JSON.stringify(encodeEmbeddings(envelope, parts))),
    end: () => '',
  }),
}

const Tokens = z.array(z.int()).min(1)
const Gate = z.compile(
  z.looseObject({
    input: z.union([z.string(), Tokens, z.array(z.string()).min(1), z.array(Tokens).min(1)], {
      error: 'must be a text, a list of tokens, or a list of either that is not empty',
    }),
    dimensions: z.int().nullish(),
    // Which there are, the provider knows: some write bytes.
    encoding_format: z.string().nullish(),
  }),
)

function readEmbeddings(request: RawRequest, app: App): Ask {
  const json = readBody(request)
  const model = modelOf(json, app)
  const gate = Gate.safeParse(json)
  if (!gate.success) throw gateError(gate.error)
  const ask = baseAsk(request, {
    dialect: 'openai.embeddings',
    operation: 'embeddings',
    wire: 'openai_embeddings',
    model,
    json,
    stream: false,
    wantsUsage: true,
    encodeFor,
  })
  return json['tensorzero::include_raw_response'] === true ? { ...ask, include: RAW } : ask
}

const RAW: Include = {
  rawResponse: true,
  rawUsage: false,
  originalResponse: false,
  aggregated: false,
}

const encodeFor: Read['encodeFor'] = (json, { wires }, target) => {
  const request = decodeEmbeddings(json)
  // Tokens mean something to the models they were made for alone.
  if (request.inputs.some((input) => typeof input !== 'string')) return null
  return wires.embeddings?.encode(request, target) ?? null
}

const KNOWN = new Set(['model', 'input', 'dimensions'])

/** An embeddings request in our nouns. Total. */
export function decodeEmbeddings(json: JsonObject): EmbeddingRequest {
  const dimensions = asNumber(json['dimensions'])
  return {
    inputs: inputsOf(json['input']),
    ...(dimensions !== undefined && { dimensions }),
    extra: fieldsBeside(json, KNOWN) ?? {},
    wire: 'openai_embeddings',
  }
}

function inputsOf(input: Json | undefined): (string | number[])[] {
  if (typeof input === 'string') return [input]
  const items = asArray(input)
  if (typeof items[0] === 'number') return [tokensOf(items)]
  return items.flatMap((item): (string | number[])[] => {
    if (typeof item === 'string') return [item]
    return Array.isArray(item) ? [tokensOf(item)] : []
  })
}

function tokensOf(items: readonly Json[]): number[] {
  return items.filter((item) => typeof item === 'number')
}

function encodeEmbeddings(
  { model, request, cost, raw }: Envelope,
  parts: readonly Part[],
): JsonObject {
  const asText = request['encoding_format'] === 'base64'
  const extra: JsonObject = {}
  const data: JsonObject[] = []
  let usage: Usage | null = null
  for (const part of parts) {
    if (part.type === 'embedding') {
      const embedding = asText ? toBase64(part.vector) : [...part.vector]
      data.push({ object: 'embedding', index: part.index, embedding })
    } else if (part.type === 'usage') {
      usage = usage ? mergeUsage(usage, part.usage) : part.usage
    } else if (part.type === 'raw') {
      Object.assign(extra, part.fields)
    }
  }
  data.sort((one, other) => Number(one['index']) - Number(other['index']))
  return {
    ...extra,
    object: 'list',
    data,
    model,
    usage: encodeUsage(usage, cost),
    ...(raw?.include.rawResponse && { 'tensorzero::raw_response': raw.responses('all') }),
  }
}

function encodeUsage(usage: Usage | null, cost: Envelope['cost']): JsonObject {
  const input = usage && totalInput(usage)
  const output = (usage && totalOutput(usage)) ?? 0
  return {
    prompt_tokens: input,
    total_tokens: input === null ? null : input + output,
    tensorzero_cost: cost(),
  }
}
