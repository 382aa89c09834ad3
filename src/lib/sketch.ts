/**
 * How often values of about each size occurred: a histogram whose buckets grow by 2 %, so that any
 * quantile read from it is within 1 % of a value that was measured. Two of them are merged by
 * adding, in any order.
 */
export type Sketch = Map<number, number>

const GROWTH = 1.02
const LOG_GROWTH = Math.log(GROWTH)

/** Counts a value; what is below 1 counts as 0. */
export function observe(sketch: Sketch, value: number, times = 1): void {
  const bucket = bucketOf(value)
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + times)
}

/** Adds what `bytes` (of `encodeSketch`) hold; throws when they are cut or damaged. */
export function mergeInto(sketch: Sketch, bytes: Uint8Array): void {
  let bucket = 0
  let at = 0
  while (at < bytes.length) {
    const step = readVarint(bytes, at)
    const count = readVarint(bytes, step.end)
    bucket += step.value
    at = count.end
    sketch.set(bucket, (sketch.get(bucket) ?? 0) + count.value)
  }
}

/** Pairs of varints, the lowest bucket first: the distance from the last bucket, and the count. */
export function encodeSketch(sketch: Sketch): Uint8Array {
  const bytes: number[] = []
  let last = 0
  for (const [bucket, count] of sorted(sketch)) {
    writeVarint(bytes, bucket - last)
    writeVarint(bytes, count)
    last = bucket
  }
  return Uint8Array.from(bytes)
}

/** The nearest rank, within 1 %; null of no values. */
export function quantileOf(sketch: Sketch, share: number): number | null {
  const buckets = sorted(sketch)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  const rank = Math.max(1, Math.ceil(share * total))
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= rank) return valueOf(bucket)
  }
  return null
}

function sorted(sketch: Sketch): [number, number][] {
  return [...sketch].toSorted(([one], [other]) => one - other)
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

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0
  let scale = 1
  for (let at = start; ; at++) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('A sketch ends in the middle of a number.')
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, end: at + 1 }
    scale *= 0x80
  }
}
