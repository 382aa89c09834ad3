import { isDeepStrictEqual } from 'node:util'
import { Collector } from '../../src/domain/collect.ts'
import type { Framing } from '../../src/lib/frames.ts'
import type { SseEvent } from '../../src/lib/sse.ts'
import { eventsCutAt, framing, wireOf } from './decoded.ts'
import { bytesOf, type Recording } from './recording.ts'

/** Up to this many bytes, a stream is cut at every place; of a longer one, at those that may hurt. */
const ALL_PLACES_BYTES = 16_000
const MAX_PIECES = 40

export interface CutCount {
  readonly failure: string | null
  readonly ones: number
  readonly many: number
}

/** Cuts a recorded stream once at each place, and `many` times at several places: nothing may change. */
export function checkCuts(recording: Recording, many: number, random: () => number): CutCount {
  const kind = framing(recording)
  const counts = { ones: 0, many: 0 }
  if (!kind) return { ...counts, failure: null }
  const bytes = bytesOf(recording)
  const whole = eventsCutAt(kind, bytes, [])
  const answer = collected(recording, whole)
  const differs = (cuts: readonly number[]): string | null => {
    const events = eventsCutAt(kind, bytes, cuts)
    // A decoder knows nothing but its events: where they are the same, so is what it makes of them.
    if (isDeepStrictEqual(events, whole)) return null
    return isDeepStrictEqual(collected(recording, events), answer)
      ? `cut at ${cuts.join(', ')}: other events`
      : `cut at ${cuts.join(', ')}: another answer`
  }
  for (const place of placesToCut(kind, bytes)) {
    counts.ones++
    const failure = differs([place])
    if (failure) return { ...counts, failure }
  }
  for (; counts.many < many; counts.many++) {
    const failure = differs(someCuts(bytes.length, random))
    if (failure) return { ...counts, failure }
  }
  return { ...counts, failure: null }
}

function collected(recording: Recording, events: readonly SseEvent[]): unknown {
  const collector = new Collector()
  const decoder = wireOf(recording).decoder()
  for (const event of events) for (const part of decoder.push(event)) collector.add(part)
  return collector.answer()
}

function placesToCut(kind: Framing, bytes: Buffer): number[] {
  const all = Array.from({ length: Math.max(0, bytes.length - 1) }, (_, place) => place + 1)
  if (bytes.length <= ALL_PLACES_BYTES) return all
  const step = Math.ceil(bytes.length / 200)
  const hurts = all.filter((place) => {
    const byte = bytes[place] ?? 0
    const text = kind !== 'aws_event_stream' && (byte >= 128 || byte === 10 || byte === 13)
    return text || place % step === 0
  })
  // Ends of lines and characters are alike: of very many of them some will do.
  const every = Math.ceil(hurts.length / 600)
  return hurts.filter((_, number) => number % every === 0)
}

function someCuts(length: number, random: () => number): number[] {
  const count = 2 + Math.floor(random() * MAX_PIECES)
  const places = Array.from({ length: count }, () => Math.floor(random() * (length + 1)))
  return places.toSorted((a, b) => a - b)
}

/** Numbers that are the same in each run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
