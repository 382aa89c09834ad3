import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

function optionsOf(level: number) {
  return {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      // A flipped bit must be seen, not read.
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  }
}

/** Fast, and with a checksum. */
export const ZSTD_OPTIONS = optionsOf(1)

/** Several documents as one zstd frame: together they are smaller, and cheaper, than one by one. */
export function packSegment(
  documents: readonly Buffer[],
  level = 1,
): { lengths: string; frame: Buffer } {
  return {
    lengths: documents.map((document) => document.length).join(','),
    frame: zstdCompressSync(Buffer.concat(documents), optionsOf(level)),
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
