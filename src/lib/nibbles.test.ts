import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dotsIn, plainDotsIn, smallMemory } from './nibble-dots.ts'
import { encodeNibbles, NibbleVectors } from './nibbles.ts'

const LENGTH = 384
const VECTORS = 2500
const QUERIES = 10
const WANTED = 10
/** Of 2,500: the ten nearest stand out less than among 256 of a hundred thousand. */
const CANDIDATES = 50

let state = 1
/** About normal; always the same. */
function normal(): number {
  let sum = -2
  for (let part = 0; part < 4; part++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    sum += (state >>> 0) / 2 ** 32
  }
  return sum
}

const random = (length = LENGTH) => Float32Array.from({ length }, normal)
const around = (centre: Float32Array, spread: number) =>
  centre.map((value) => value + spread * normal())

const MEAN = random()
const CENTRES = Array.from({ length: 50 }, () => around(MEAN, 1.5))

test.each([
  ['random', () => random()],
  ['in clusters, far from zero', (at: number) => around(CENTRES[at % 50] ?? MEAN, 1)],
  [
    'with a few numbers that are always large',
    (at: number) => around(CENTRES[at % 50] ?? MEAN, 1).map((v, i) => (i % 100 === 7 ? 5 + v : v)),
  ],
])('of vectors that are %s, the ten nearest are among the likeliest', (_, make) => {
  const vectors = Array.from({ length: VECTORS }, (__, at) => make(at))
  const index = new NibbleVectors(encodeNibbles(random()).length)
  for (const vector of vectors) index.add(encodeNibbles(vector))
  let found = 0
  for (let query = 0; query < QUERIES; query++) {
    const asked = make(query)
    const likeliest = new Set(index.nearest(asked, CANDIDATES))
    const similar = vectors.map((vector, place) => ({ place, by: cosine(asked, vector) }))
    const nearest = similar.toSorted((one, other) => other.by - one.by).slice(0, WANTED)
    found += nearest.filter(({ place }) => likeliest.has(place)).length
  }
  expect(found / (QUERIES * WANTED)).toBeGreaterThanOrEqual(0.99)
})

test('vectors of every length and number are found, added one by one or together', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 40 }),
      (length, size) => {
        const codes = Array.from({ length: size }, () => encodeNibbles(random(length)))
        const single = new NibbleVectors(codes[0]?.length ?? 0)
        for (const code of codes) single.add(code)
        const together = new NibbleVectors(single.codeBytes)
        together.add(Buffer.concat(codes))
        const asked = random(length)
        const found = single.nearest(asked, size)
        expect(found.toSorted((one, other) => one - other)).toEqual([...codes.keys()])
        expect(together.nearest(asked, 5)).toEqual(found.slice(0, 5))
        expect(together.size).toBe(size)
      },
    ),
    { numRuns: 50 },
  )
})

test('nothing but zeros is no trouble', () => {
  const index = new NibbleVectors(encodeNibbles(new Float32Array(3)).length)
  index.add(encodeNibbles(new Float32Array(3)))
  expect(index.nearest(new Float32Array(3), 4)).toEqual([0])
})

test('vector instructions and JavaScript find the same', () => {
  const results = [dotsIn, plainDotsIn].map((make) => {
    const memory = smallMemory()
    const bytes = new Uint8Array(memory.buffer)
    for (let at = 0; at < 4096; at++) bytes[at] = (at * 89 + (at >> 3)) % 256
    make(memory)(1024, 4096, 3, 8192)
    return new Int32Array(memory.buffer, 8192, 64)
  })
  expect(results[0]).toEqual(results[1])
  expect(new Set(results[0]).size).toBeGreaterThan(50)
})

function cosine(one: Float32Array, other: Float32Array): number {
  let [dot, a, b] = [0, 0, 0]
  for (let at = 0; at < one.length; at++) {
    const [x, y] = [one[at] ?? 0, other[at] ?? 0]
    dot += x * y
    a += x * x
    b += y * y
  }
  return dot / Math.sqrt(a * b)
}
