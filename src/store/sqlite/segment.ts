import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Document } from './payload.ts'

function optionsOf(level: number) {
  return {
    // Frames are larger than what zlib's functions make room for.
    chunkSize: 128 * 1024,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      // A flipped bit must be seen, not read.
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  }
}

/** Fast, and with a checksum. */
export const ZSTD_OPTIONS = optionsOf(1)

export interface Frame {
  /** Of each document, in bytes. */
  readonly lengths: string
  readonly frame: Uint8Array
}

/** Several documents as one zstd frame: together they are smaller, and cheaper, than one by one. */
export function packSegment(documents: readonly Buffer[], level: number): Frame {
  return {
    lengths: documents.map((document) => document.length).join(','),
    frame: zstdCompressSync(Buffer.concat(documents), optionsOf(level)),
  }
}

const FIRST_ROOM = 1024 * 1024
/** A larger one is given back: it was an exception. */
const MOST_ROOM = 4 * FIRST_ROOM
const MOST_BYTES_A_CHARACTER = 3

/** Where documents are put together: the same memory again and again, as making it costs much. */
export class SegmentPacker {
  #room = Buffer.allocUnsafeSlow(FIRST_ROOM)
  #lengths: number[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add({ head, bodies }: Document): void {
    const startedAt = this.#bytes
    this.#add(head)
    this.#add('\n')
    for (const body of bodies) this.#add(body)
    this.#lengths.push(this.#bytes - startedAt)
  }

  /** What was added since the last call. */
  pack(): Frame {
    const lengths = this.#lengths.join(',')
    const frame = zstdCompressSync(this.#room.subarray(0, this.#bytes), ZSTD_OPTIONS)
    this.#lengths = []
    this.#bytes = 0
    if (this.#room.length > MOST_ROOM) this.#room = Buffer.allocUnsafeSlow(FIRST_ROOM)
    return { lengths, frame }
  }

  #add(text: string): void {
    const most = this.#bytes + text.length * MOST_BYTES_A_CHARACTER
    if (most > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(2 * most)
      this.#room.copy(room, 0, 0, this.#bytes)
      this.#room = room
    }
    this.#bytes += this.#room.write(text, this.#bytes)
  }
}

/** The documents of a frame; throws when it is damaged. */
export function openFrame(lengths: string, frame: Uint8Array): (index: number) => Buffer {
  const sizes = lengths.split(',').map(Number)
  const bytes = zstdDecompressSync(frame)
  return (index) => {
    const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0)
    return bytes.subarray(start, start + (sizes[index] ?? 0))
  }
}
