import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addEncoded,
  encodeSketch,
  encodeValues,
  mergeInto,
  observe,
  quantileOf,
  Sketch,
} from './sketch.ts'

const values = fc.array(
  fc.oneof(fc.nat(), fc.nat(300), fc.maxSafeNat(), fc.double({ min: 0, max: 1e12, noNaN: true })),
  { maxLength: 200 },
)

function sketchOf(...lists: readonly (readonly number[])[]): Sketch {
  const sketch = new Sketch()
  for (const value of lists.flat()) observe(sketch, value)
  return sketch
}

function merged(...sketches: readonly Sketch[]): Sketch {
  const sum = new Sketch()
  for (const sketch of sketches) mergeInto(sum, encodeSketch(sketch))
  return sum
}

test('merging is adding, in any order and in any pairs', () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const whole = encodeSketch(sketchOf(a, b, c))
      expect(encodeSketch(merged(sketchOf(a), sketchOf(b), sketchOf(c)))).toEqual(whole)
      expect(encodeSketch(merged(sketchOf(c), merged(sketchOf(b), sketchOf(a))))).toEqual(whole)
      expect(encodeSketch(merged(merged(sketchOf(a), sketchOf(b)), sketchOf(c)))).toEqual(whole)
    }),
  )
})

test('its bytes are the same however it came about, and read back the same', () => {
  fc.assert(
    fc.property(values, (list) => {
      const bytes = encodeSketch(sketchOf(list))
      expect(encodeSketch(sketchOf(list.toReversed()))).toEqual(bytes)
      expect(encodeSketch(merged(sketchOf(list)))).toEqual(bytes)
    }),
  )
})

test('every quantile is within 1 % of the value that has its rank', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const some = fc.array(fc.oneof(fc.nat(), fc.nat(300), fc.maxSafeNat()), {
    minLength: 1,
    maxLength: 200,
  })
  fc.assert(
    fc.property(some, share, (list, at) => {
      const ordered = Float64Array.from(list).toSorted()
      const exact = ordered[Math.max(1, Math.ceil(at * list.length)) - 1] ?? 0
      const found = quantileOf(sketchOf(list), at) ?? -1
      // A whole number: small ones are rounded besides.
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.01 + 0.5)
    }),
  )
})

test('knows nothing of no values', () => {
  expect(quantileOf(new Sketch(), 0.5)).toBeNull()
  expect(encodeSketch(new Sketch())).toHaveLength(0)
})

test('counts what is no size as nothing', () => {
  expect(quantileOf(sketchOf([-5, Number.NaN, 0.2]), 1)).toBe(0)
})

test('is small: latencies of a busy hour take some hundred bytes', () => {
  const sketch = new Sketch()
  for (let value = 100_000; value < 20_000_000; value += 100) observe(sketch, value)
  expect(encodeSketch(sketch).length).toBeLessThan(1000)
})

test('refuses bytes that are cut', () => {
  const bytes = encodeSketch(sketchOf([1, 5000, 5_000_000]))
  expect(() => mergeInto(new Sketch(), bytes.subarray(0, -1))).toThrow('middle of a number')
})

test('values and sums are encoded without a sketch as with one', () => {
  const some = fc.array(fc.oneof(fc.nat(), fc.nat(300), fc.maxSafeNat()), { maxLength: 100 })
  fc.assert(
    fc.property(some, some, (one, other) => {
      expect(encodeValues(one)).toEqual(encodeSketch(sketchOf(one)))
      const sum = addEncoded(encodeValues(one), encodeValues(other))
      expect(sum).toEqual(encodeSketch(sketchOf([...one, ...other])))
    }),
  )
  expect(() => addEncoded(encodeValues([5000]).subarray(0, -1), new Uint8Array())).toThrow(
    'middle of a number',
  )
})
