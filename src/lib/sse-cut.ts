import { joined } from './body.ts'

const LF = 0x0a
const CR = 0x0d

/** A blank line that began in earlier bytes needs at most three of them: CR LF CR. */
const OVERLAP = 3

/**
 * Cuts a stream of bytes between its events. Looks at each byte once, and copies it once, however
 * many pieces an event comes in.
 */
export class EventCutter {
  #held: Buffer[] = []
  #heldLength = 0
  #tail: Buffer = Buffer.alloc(0)

  /** The whole events there are with `bytes`; empty when there are none. */
  push(bytes: Buffer): Buffer {
    // Most arrivals are whole events: they go on as they are.
    if (this.#heldLength === 0 && wholeEvents(bytes) === bytes.length) return bytes
    const seen = Buffer.concat([this.#tail, bytes])
    const whole = wholeEvents(seen)
    const cut = this.#heldLength - this.#tail.length + whole
    this.#hold(bytes, seen)
    if (whole === 0) return Buffer.alloc(0)
    const all = this.rest
    this.#held = []
    this.#heldLength = 0
    const rest = all.subarray(cut)
    this.#hold(rest, rest)
    return all.subarray(0, cut)
  }

  /** What is no whole event yet. */
  get rest(): Buffer {
    return joined(this.#held, this.#heldLength)
  }

  #hold(bytes: Buffer, end: Buffer): void {
    this.#held.push(bytes)
    this.#heldLength += bytes.length
    this.#tail = end.subarray(-OVERLAP)
  }
}

/**
 * How many bytes of `bytes` are whole server-sent events: up to and including the last blank line.
 * 0 when there is none. A blank line is two line ends in a row, each LF, CR LF or CR.
 */
export function wholeEvents(bytes: Uint8Array): number {
  for (let end = bytes.length; end > 1; end--) {
    const last = bytes[end - 1]
    if (last !== LF && last !== CR) continue
    // A CR at the very end may be half of a CR LF: the other half is still to come.
    if (last === CR && end === bytes.length) continue
    if (endsLine(bytes, beforeLineEnd(bytes, end))) return end
  }
  return 0
}

/** The length of `bytes` without the line end that stands before `end`. */
function beforeLineEnd(bytes: Uint8Array, end: number): number {
  return bytes[end - 1] === LF && bytes[end - 2] === CR ? end - 2 : end - 1
}

function endsLine(bytes: Uint8Array, end: number): boolean {
  return end > 0 && (bytes[end - 1] === LF || bytes[end - 1] === CR)
}
