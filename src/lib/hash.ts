import { blake3 } from '@noble/hashes/blake3.js'

/** BLAKE3 of a text's UTF-8 bytes, 256 bits, in lower-case hex. */
export function blake3Hex(text: string): string {
  return Buffer.from(blake3(new TextEncoder().encode(text))).toString('hex')
}

/** The same of several pieces, with a zero byte after each but the last. */
export function blake3Of(pieces: readonly (string | Uint8Array)[]): string {
  const hash = blake3.create()
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) hash.update(ZERO)
    hash.update(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
  }
  return Buffer.from(hash.digest()).toString('hex')
}

const ZERO = new Uint8Array(1)
