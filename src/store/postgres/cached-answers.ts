import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { CachedAnswer } from '../../domain/cached-answer.ts'
import type { CacheChange } from '../cache.ts'
import { readBytes, readNumber, readText, type Row } from '../row.ts'
import type { Asks } from './documents.ts'
import { isoTime } from './records.ts'
import { decodeText, encodeText, encodeTextOrNull } from './text.ts'

const PUT = `
  INSERT INTO weir.cached_answer (key, at, content_type, frame) VALUES ($1, $2, $3, $4)
  ON CONFLICT (key) DO UPDATE SET at = excluded.at, content_type = excluded.content_type,
    frame = excluded.frame`

export async function keepAnswer(db: Asks, { key, answer }: CacheChange): Promise<null> {
  await db.query(PUT, [
    encodeText(key),
    isoTime(answer.at),
    encodeTextOrNull(answer.contentType),
    zstdCompressSync(Buffer.from(answer.body, 'latin1')),
  ])
  return null
}

export async function readCached(db: Asks, key: string): Promise<CachedAnswer | null> {
  const { rows } = await db.query<Row>(
    'SELECT at, content_type, frame FROM weir.cached_answer WHERE key = $1',
    [encodeText(key)],
  )
  const [row] = rows
  if (row === undefined) return null
  return {
    at: readNumber(row, 'at'),
    contentType: row['content_type'] === null ? null : decodeText(readText(row, 'content_type')),
    body: zstdDecompressSync(readBytes(row, 'frame')).toString('latin1'),
  }
}
