import type { ExampleQuery, ExampleSpace } from '../domain/example.ts'
import { encodeNibbles, NibbleVectors } from '../lib/nibbles.ts'

/** So many are compared exactly, and more where more are wanted. */
const CANDIDATES = 256
/** Kept in memory, for the variants that were asked last: of some 160,000 vectors of 1536. */
const MOST_BYTES = 128 * 1024 * 1024
/** What a space takes that has no examples. */
const BARE_BYTES = 512

/** An example's vector as it is kept: 32-bit floats, and four bits for each. */
export function encodeVector(embedding: readonly number[]): {
  readonly vector: Uint8Array
  readonly code: Uint8Array
} {
  const { buffer, byteOffset, byteLength } = Float32Array.from(embedding)
  const vector = new Uint8Array(buffer, byteOffset, byteLength)
  return { vector, code: codeOf(vector) }
}

export function codeOf(vector: Uint8Array): Uint8Array {
  return encodeNibbles(floatsIn(vector))
}

/** Whose examples they are, as one text. */
export function nameOfSpace({ functionName, variantName, namespace }: ExampleSpace): string {
  return JSON.stringify([functionName, variantName, namespace])
}

/** The codes of the examples of one variant that were read so far. */
export class SeenExamples {
  /** By the length of their codes: a new embedding model has longer vectors, or shorter ones. */
  readonly #coded = new Map<number, Coded>()
  #lastSeq = 0

  /** Of the example that was added last. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  get bytes(): number {
    return [...this.#coded.values()].reduce((sum, { vectors }) => sum + vectors.bytes, BARE_BYTES)
  }

  /** In the order of `seq`. */
  add(seq: number, code: Uint8Array): void {
    const coded = this.#coded.get(code.length) ?? {
      vectors: new NibbleVectors(code.length),
      seqs: [],
    }
    this.#coded.set(code.length, coded)
    coded.vectors.add(code)
    coded.seqs.push(seq)
    this.#lastSeq = seq
  }

  /** Those worth an exact comparison. */
  candidates({ embedding, k }: ExampleQuery): number[] {
    const asked = Float32Array.from(embedding)
    const coded = this.#coded.get(encodeNibbles(asked).length)
    const places = coded?.vectors.nearest(asked, Math.max(CANDIDATES, 4 * k)) ?? []
    return places.map((place) => coded?.seqs[place] ?? 0)
  }
}

/** Codes of vectors of about one length, and whose they are. */
interface Coded {
  readonly vectors: NibbleVectors
  readonly seqs: number[]
}

/** What was seen of each variant's examples, as much as fits. */
export class ExampleShelf {
  readonly #spaces = new Map<string, SeenExamples>()

  of(space: ExampleSpace): SeenExamples {
    const name = nameOfSpace(space)
    const seen = this.#spaces.get(name) ?? new SeenExamples()
    this.#spaces.delete(name)
    this.#spaces.set(name, seen)
    this.#forgetSome()
    return seen
  }

  clear(): void {
    this.#spaces.clear()
  }

  #forgetSome(): void {
    let bytes = 0
    for (const space of this.#spaces.values()) bytes += space.bytes
    for (const [name, space] of this.#spaces) {
      if (bytes <= MOST_BYTES || this.#spaces.size === 1) return
      bytes -= space.bytes
      this.#spaces.delete(name)
    }
  }
}

/** Compares exactly, the nearest first; without vectors of another length, and those too far. */
export function nearestOf(
  vectors: readonly { readonly seq: number; readonly vector: Uint8Array }[],
  { embedding, k, maxDistance }: ExampleQuery,
): { readonly seq: number; readonly distance: number }[] {
  const asked = Float32Array.from(embedding)
  return vectors
    .filter(({ vector }) => vector.byteLength === asked.byteLength)
    .map(({ seq, vector }) => ({ seq, distance: cosineDistance(asked, floatsIn(vector)) }))
    .filter(({ distance }) => maxDistance === null || distance <= maxDistance)
    .toSorted((a, b) => a.distance - b.distance || a.seq - b.seq)
    .slice(0, k)
}

/** Copied where they do not lie at a multiple of four. */
function floatsIn(bytes: Uint8Array): Float32Array {
  const fits = bytes.byteOffset % 4 === 0
  const { buffer, byteOffset, byteLength } = fits ? bytes : Uint8Array.from(bytes)
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let lengthA = 0
  let lengthB = 0
  for (let at = 0; at < a.length; at++) {
    const x = a[at] ?? 0
    const y = b[at] ?? 0
    dot += x * y
    lengthA += x * x
    lengthB += y * y
  }
  const lengths = Math.sqrt(lengthA * lengthB)
  return lengths === 0 ? 1 : 1 - dot / lengths
}
