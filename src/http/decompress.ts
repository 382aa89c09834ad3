import type { Readable } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import { GatewayError } from '../domain/errors.ts'
import { joined } from '../lib/body.ts'

const DECODERS: Readonly<Record<string, () => Readable & NodeJS.WritableStream>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** A small body may not unpack into more than this many times its size. */
const MAX_RATIO = 200
const RATIO_FROM = 1024 * 1024

/** Collects a request body, unpacked. The limits hold for what comes out. */
export function decompress(
  payload: Readable,
  encoding: string | undefined,
  limit: number,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  if (encoding === undefined || encoding === 'identity') return collect(payload, limit, done)
  const name = encoding.toLowerCase()
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name]?.() : undefined
  if (!decoder) {
    const known = Object.keys(DECODERS).join(', ')
    const text = `\`Content-Encoding: ${encoding}\` is not known: use ${known} or none.`
    return done(new GatewayError('unsupported_media_type', text))
  }
  let packed = 0
  payload.on('data', (chunk: Buffer) => {
    packed += chunk.length
  })
  const allowed = () => Math.min(limit, Math.max(RATIO_FROM, packed * MAX_RATIO))
  payload.on('error', (error) => decoder.destroy(error))
  collect(payload.pipe(decoder), allowed, (error, body) => {
    if (error) {
      // What still comes is read, so that the client hears the answer, but no more of it is unpacked.
      payload.unpipe(decoder)
      payload.resume()
      decoder.destroy()
    }
    done(error, body)
  })
}

function collect(
  stream: Readable,
  limit: number | (() => number),
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  let over = false
  stream.on('data', (chunk: Buffer) => {
    if (over) return
    size += chunk.length
    chunks.push(chunk)
    if (size <= (typeof limit === 'number' ? limit : limit())) return
    over = true
    chunks.length = 0
    done(tooLarge())
  })
  stream.on('end', () => {
    if (over) return
    done(null, joined(chunks, size))
  })
  stream.on('error', (cause) => {
    if (over) return
    over = true
    done(new GatewayError('invalid_request', 'The request body could not be read.', { cause }))
  })
}

export function tooLarge(): GatewayError {
  const text = 'The request body is too large: raise `gateway.max_request_bytes` to allow more.'
  return new GatewayError('too_large', text)
}
