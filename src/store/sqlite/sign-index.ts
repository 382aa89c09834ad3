/** Whether each number of a vector is positive, a bit each. */
export function signsOf(vector: Float32Array): Uint32Array {
  const signs = new Uint32Array(Math.ceil(vector.length / 32))
  for (let at = 0; at < vector.length; at++) {
    if ((vector[at] ?? 0) > 0) signs[at >> 5] = (signs[at >> 5] ?? 0) | (1 << (at & 31))
  }
  return signs
}

/**
 * The signs of many vectors of one length, side by side in memory. Two vectors whose signs differ in
 * few places point in like directions: thousands of candidates are found in milliseconds, and only
 * those are compared exactly.
 */
export class SignIndex {
  /** 32-bit words of each vector's signs. */
  readonly words: number
  #signs: Uint32Array
  #seqs: number[] = []

  constructor(words: number) {
    this.words = words
    this.#signs = new Uint32Array(words * 64)
  }

  get size(): number {
    return this.#seqs.length
  }

  get bytes(): number {
    return this.#signs.byteLength
  }

  add(seq: number, signs: Uint32Array): void {
    const from = this.#seqs.length * this.words
    if (from + this.words > this.#signs.length) {
      const larger = new Uint32Array(this.#signs.length * 2)
      larger.set(this.#signs)
      this.#signs = larger
    }
    this.#signs.set(signs, from)
    this.#seqs.push(seq)
  }

  /** The `count` whose signs differ least from these, or a few more; all where there are no more. */
  likeliest(signs: Uint32Array, count: number): number[] {
    if (this.#seqs.length <= count) return [...this.#seqs]
    const differences = this.#differences(signs)
    const limit = limitFor(differences, count, this.words * 32)
    return this.#seqs.filter((_, place) => (differences[place] ?? limit + 1) <= limit)
  }

  #differences(signs: Uint32Array): Uint16Array {
    const { words } = this
    const all = this.#signs
    const found = new Uint16Array(this.#seqs.length)
    for (let place = 0, at = 0; place < found.length; place++) {
      let count = 0
      for (let word = 0; word < words; word++, at++) {
        let bits = (all[at] ?? 0) ^ (signs[word] ?? 0)
        bits -= (bits >>> 1) & 0x55555555
        bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
        count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
      }
      found[place] = count
    }
    return found
  }
}

/** The smallest difference that at least `count` of them do not exceed. */
function limitFor(differences: Uint16Array, count: number, most: number): number {
  const tally = new Uint32Array(most + 1)
  for (const difference of differences) tally[difference] = (tally[difference] ?? 0) + 1
  let total = 0
  for (let limit = 0; limit <= most; limit++) {
    total += tally[limit] ?? 0
    if (total >= count) return limit
  }
  return most
}
