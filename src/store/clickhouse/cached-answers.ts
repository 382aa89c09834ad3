import type { CachedAnswer } from '../../domain/cached-answer.ts'
import { blake3Of } from '../../lib/hash.ts'
import { asNumber, asObject, asString, parseJson } from '../../lib/json.ts'
import type { CacheChange } from '../cache.ts'
import { readText, type Row } from '../row.ts'
import type { Ask } from './queries.ts'
import { timeIn } from './record-rows.ts'

/** TensorZero's table, under keys of ours: neither finds what the other has kept. */
export const CACHE_TABLE = 'ModelInferenceCache'

/** Its columns have no place for what an answer is: that stands as JSON in `output`. */
export function encodeCached({ key, answer: { at, contentType, body } }: CacheChange): Row {
  const bytes = Buffer.from(body, 'latin1')
  const text = bytes.toString('utf8')
  const isText = Buffer.from(text, 'utf8').equals(bytes)
  const facts = { at, content_type: contentType, base64: !isText }
  return {
    ...keysOf(key),
    timestamp: Math.floor(timeIn(at) / 1000),
    output: JSON.stringify(facts),
    raw_request: '',
    raw_response: isText ? text : bytes.toString('base64'),
    is_deleted: false,
    input_tokens: null,
    output_tokens: null,
    finish_reason: null,
  }
}

export async function readCached(ask: Ask, key: string): Promise<CachedAnswer | null> {
  const { short_cache_key: short, long_cache_key: long } = keysOf(key)
  const [row] = await ask(
    `SELECT output, raw_response, is_deleted FROM ${CACHE_TABLE}
     WHERE short_cache_key = {short: UInt64} AND long_cache_key = {long: String}
     ORDER BY timestamp DESC, JSONExtractInt(output, 'at') DESC LIMIT 1`,
    { short, long },
  )
  if (row === undefined || row['is_deleted'] === true) return null
  const facts = asObject(parseJson(readText(row, 'output')))
  const at = asNumber(facts?.['at'])
  if (at === undefined) return null
  const encoding = facts?.['base64'] === true ? 'base64' : 'utf8'
  return {
    at,
    contentType: asString(facts?.['content_type']) ?? null,
    body: Buffer.from(readText(row, 'raw_response'), encoding).toString('latin1'),
  }
}

/** 64 letters, and the number that the first 16 of them make as hexadecimal little-endian bytes. */
function keysOf(key: string): { short_cache_key: string; long_cache_key: string } {
  const long = /^[\da-f]{64}$/.test(key) ? key : blake3Of([key])
  const short = Buffer.from(long.slice(0, 16), 'hex').readBigUInt64LE()
  return { short_cache_key: String(short), long_cache_key: long }
}
