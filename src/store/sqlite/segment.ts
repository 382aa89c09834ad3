import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Fast, and with a checksum: a flipped bit must be seen, not read. */
export const ZSTD_OPTIONS = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
}

/** Several documents as one zstd frame: together they are smaller, and cheaper, than one by one. */
export function packSegment(documents: readonly Buffer[]): { lengths: string; frame: Buffer } {
  return {
    lengths: documents.map((document) => document.length).join(','),
    frame: zstdCompressSync(Buffer.concat(documents), ZSTD_OPTIONS),
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
