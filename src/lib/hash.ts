import { blake3 } from '@noble/hashes/blake3.js'

/** BLAKE3 of a text's UTF-8 bytes, 256 bits, in lower-case hex. */
export function blake3Hex(text: string): string {
  return Buffer.from(blake3(new TextEncoder().encode(text))).toString('hex')
}
