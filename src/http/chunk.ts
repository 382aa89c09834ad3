export const CHUNK_END = '\r\n'

/** What stands before a chunk of a chunked answer: its length in hexadecimal digits, and CR LF. */
export function chunkStart({ length }: Buffer): string {
  return `${length.toString(16)}\r\n`
}

/** All in one piece. Before and after are bytes too, a character each. */
export function between(before: string, bytes: Buffer, after: string): Buffer {
  const all = Buffer.allocUnsafe(before.length + bytes.length + after.length)
  all.write(before, 0, 'latin1')
  all.set(bytes, before.length)
  all.write(after, before.length + bytes.length, 'latin1')
  return all
}
