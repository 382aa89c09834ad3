import { zstdDecompressSync } from 'node:zlib'
import { decodePayload, type Payload } from '../sqlite/payload.ts'
import { readBytes, type Row } from '../row.ts'

/** What is in the row's `frame`. Null when it is gone (retention) or damaged. */
export function payloadOf(row: Row | undefined, id: string): Payload | null {
  if (row === undefined || row['frame'] === null) return null
  try {
    return decodePayload(zstdDecompressSync(readBytes(row, 'frame')), id)
  } catch {
    return null
  }
}
