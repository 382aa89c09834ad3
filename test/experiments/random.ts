/**
 * Numbers from 0 to 1 of a stream of its own for each run of each case (xoshiro128**, seeded by the
 * finalizer of MurmurHash3): a proof by simulation needs more than a generator of 32 bits.
 */
export function createStream(...seeds: readonly number[]): () => number {
  let mixed = 0x9e3779b9
  for (const seed of seeds) mixed = scramble(mixed ^ scramble(seed + 0x7f4a7c15))
  const next = (): number => (mixed = scramble(mixed + 0x9e3779b9))
  let a = next()
  let b = next()
  let c = next()
  let d = next() | 1
  return () => {
    const five = Math.imul(b, 5)
    const drawn = Math.imul((five << 7) | (five >>> 25), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return (drawn >>> 0) / 2 ** 32
  }
}

function scramble(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
