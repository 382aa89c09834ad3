import { crc32 } from 'node:zlib'

/**
 * One message of `application/vnd.amazon.eventstream`.
 * Source: AWS, "Event stream encoding" (Amazon Transcribe and S3 Select describe the same frames).
 */
export interface AwsMessage {
  readonly headers: ReadonlyMap<string, string>
  readonly payload: Buffer
}

/** A stream that keeps no frames: nothing after it can be trusted. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

const PRELUDE_BYTES = 12
const CRC_BYTES = 4
/** AWS sends at most 16 MiB in a message; more can only be a broken length. */
const MAX_FRAME_BYTES = 24 * 1024 * 1024

/** Cuts bytes into messages, and checks both sums of each. */
export class AwsFrames {
  #held: Buffer = Buffer.alloc(0)

  push(bytes: Uint8Array): AwsMessage[] {
    this.#held = Buffer.concat([this.#held, bytes])
    const messages: AwsMessage[] = []
    let at = 0
    while (this.#held.length - at >= PRELUDE_BYTES) {
      const length = frameLength(this.#held.subarray(at))
      if (this.#held.length - at < length) break
      messages.push(readFrame(this.#held.subarray(at, at + length)))
      at += length
    }
    this.#held = this.#held.subarray(at)
    return messages
  }
}

function frameLength(bytes: Buffer): number {
  const length = bytes.readUInt32BE(0)
  const sum = bytes.readUInt32BE(8)
  if (crc32(bytes.subarray(0, 8)) !== sum) throw new FrameError('A frame has a wrong prelude sum.')
  if (length < PRELUDE_BYTES + CRC_BYTES || length > MAX_FRAME_BYTES) {
    throw new FrameError(`A frame says it has ${length} bytes.`)
  }
  return length
}

function readFrame(frame: Buffer): AwsMessage {
  const end = frame.length - CRC_BYTES
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) {
    throw new FrameError('A frame has a wrong sum.')
  }
  const headersEnd = PRELUDE_BYTES + frame.readUInt32BE(4)
  if (headersEnd > end) throw new FrameError('The headers of a frame are longer than it.')
  return {
    headers: readHeaders(frame.subarray(PRELUDE_BYTES, headersEnd)),
    payload: Buffer.from(frame.subarray(headersEnd, end)),
  }
}

/** Bytes of each type of header value; -1: a length stands before it. */
const VALUE_BYTES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16]
const STRING_TYPE = 7

function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    const type = bytes[nameEnd] ?? -1
    const fixed = VALUE_BYTES[type]
    if (fixed === undefined) throw new FrameError(`A frame has a header of unknown type ${type}.`)
    const start = nameEnd + 1 + (fixed < 0 ? 2 : 0)
    if (start > bytes.length) throw new FrameError('A header of a frame is cut off.')
    const end = start + (fixed < 0 ? bytes.readUInt16BE(nameEnd + 1) : fixed)
    if (end > bytes.length) throw new FrameError('A header of a frame is cut off.')
    const name = bytes.toString('utf8', at + 1, nameEnd)
    if (type === STRING_TYPE) headers.set(name, bytes.toString('utf8', start, end))
    at = end
  }
  return headers
}
