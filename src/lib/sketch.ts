/**
 * How often values of about each size occurred: a histogram whose buckets grow by 2 %, so that any
 * quantile read from it is within 1 % of a value that was measured. Two of them are merged by
 * adding, in any order.
 */
export class Sketch {
  /** Of the buckets from `#low` on. An array: adding to it is what charts spend their time with. */
  #counts = new Float64Array(0)
  #low = 0
  #total = 0

  get isEmpty(): boolean {
    return this.#counts.length === 0
  }

  /** Of all counts. */
  get total(): number {
    return this.#total
  }

  add(bucket: number, count: number): void {
    const at = bucket - this.#low
    if (at < 0 || at >= this.#counts.length) this.#makeRoom(bucket)
    const index = bucket - this.#low
    this.#counts[index] = (this.#counts[index] ?? 0) + count
    this.#total += count
  }

  /** The bucket of the so manieth value, counted from the lowest; null when there are fewer. */
  bucketOf(rank: number): number | null {
    const counts = this.#counts
    for (let index = 0, seen = 0; index < counts.length; index++) {
      seen += counts[index] ?? 0
      if (seen >= rank) return this.#low + index
    }
    return null
  }

  /** Visits the buckets that have a count, the lowest first. */
  each(visit: (bucket: number, count: number) => void): void {
    const counts = this.#counts
    for (let index = 0; index < counts.length; index++) {
      const count = counts[index] ?? 0
      if (count > 0) visit(this.#low + index, count)
    }
  }

  #makeRoom(bucket: number): void {
    const none = this.#counts.length === 0
    // Ever more room, so that a wide one is not copied again for each of its buckets.
    const slack = Math.max(SLACK, this.#counts.length)
    const low = Math.max(0, none ? bucket - slack : Math.min(this.#low, bucket - slack))
    const high = Math.max(none ? 0 : this.#low + this.#counts.length, bucket + slack)
    const counts = new Float64Array(high - low)
    counts.set(this.#counts, none ? 0 : this.#low - low)
    this.#counts = counts
    this.#low = low
  }
}

const GROWTH = 1.02
const LOG_GROWTH = Math.log(GROWTH)
const SLACK = 96

/** Counts a value; what is below 1 counts as 0. */
export function observe(sketch: Sketch, value: number): void {
  sketch.add(bucketOf(value), 1)
}

/** Adds what `bytes` (of `encodeSketch`) hold; throws when they are cut or damaged. */
export function mergeInto(sketch: Sketch, bytes: Uint8Array): void {
  let bucket = 0
  let value = 0
  let scale = 1
  let isCount = false
  // Read a hundred thousand times for one chart: nothing is made on the way.
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * scale
    scale *= 0x80
    if (byte >= 0x80) continue
    if (isCount) sketch.add(bucket, value)
    else bucket += value
    isCount = !isCount
    value = 0
    scale = 1
  }
  if (isCount || scale !== 1) throw new Error('A sketch ends in the middle of a number.')
}

/** Its buckets as pairs. The bytes are the same however it came about. */
export function encodeSketch(sketch: Sketch): Uint8Array {
  const pairs = new PairWriter()
  sketch.each((bucket, count) => pairs.add(bucket, count))
  return pairs.written()
}

/** What `encodeSketch` makes of a sketch of these values: of a few, sooner without one. */
export function encodeValues(values: readonly number[]): Uint8Array {
  const buckets = values.map(bucketOf).toSorted((one, other) => one - other)
  const pairs = new PairWriter()
  for (let at = 0; at < buckets.length;) {
    const bucket = buckets[at] ?? 0
    let count = 1
    while (buckets[at + count] === bucket) count++
    pairs.add(bucket, count)
    at += count
  }
  return pairs.written()
}

/** The sum of two sketches, all of them encoded; throws when one is cut or damaged. */
export function addEncoded(one: Uint8Array, other: Uint8Array): Uint8Array {
  const [left, right] = [new PairReader(one), new PairReader(other)]
  const pairs = new PairWriter()
  while (left.bucket < Infinity || right.bucket < Infinity) {
    const bucket = Math.min(left.bucket, right.bucket)
    pairs.add(bucket, left.take(bucket) + right.take(bucket))
  }
  return pairs.written()
}

/** Pairs of varints, the lowest bucket first: the distance from the last bucket, and the count. */
class PairWriter {
  readonly #bytes: number[] = []
  #last = 0

  add(bucket: number, count: number): void {
    writeVarint(this.#bytes, bucket - this.#last)
    writeVarint(this.#bytes, count)
    this.#last = bucket
  }

  written(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

/** Walks through what is encoded. */
class PairReader {
  readonly #bytes: Uint8Array
  #at = 0
  /** Infinite behind the last one. */
  bucket = 0
  #count = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#next()
  }

  /** How many there are of a bucket, once. */
  take(bucket: number): number {
    if (this.bucket !== bucket) return 0
    const count = this.#count
    this.#next()
    return count
  }

  #next(): void {
    if (this.#at === this.#bytes.length) {
      this.bucket = Infinity
      return
    }
    this.bucket += this.#varint()
    this.#count = this.#varint()
  }

  #varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new Error('A sketch ends in the middle of a number.')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
}

/** The nearest rank, within 1 %; null of no values. */
export function quantileOf(sketch: Sketch, share: number): number | null {
  const bucket = sketch.bucketOf(Math.max(1, Math.ceil(share * sketch.total)))
  return bucket === null ? null : valueOf(bucket)
}

function bucketOf(value: number): number {
  if (!(value >= 1)) return 0
  return 1 + Math.ceil(Math.log(Math.min(value, Number.MAX_SAFE_INTEGER)) / LOG_GROWTH)
}

/** The middle of a bucket: as far, in shares, from its lowest value as from its highest. */
function valueOf(bucket: number): number {
  if (bucket === 0) return 0
  return Math.round((2 * GROWTH ** (bucket - 1)) / (GROWTH + 1)) || 1
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function writeVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
}
