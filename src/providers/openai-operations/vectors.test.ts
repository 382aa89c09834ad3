import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readVector } from './vectors.ts'

const VECTOR = Array.from({ length: 16 }, (_, index) => Math.fround(Math.sin(index + 1) / 4))

function base64Of(width: 4 | 8 | 1, vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * width)
  for (const [index, value] of vector.entries()) {
    if (width === 4) bytes.writeFloatLE(value, index * 4)
    else if (width === 8) bytes.writeDoubleLE(value, index * 8)
    else bytes.writeInt8(value, index)
  }
  return bytes.toString('base64')
}

test('reads numbers and the base64 of floats', () => {
  expect(readVector(VECTOR)).toEqual(VECTOR)
  expect(readVector(base64Of(4, VECTOR))).toEqual(VECTOR)
  expect(readVector([1, 'x', null])).toEqual([1, 0, 0])
  expect(readVector(null)).toEqual([])
})

test('a server that writes wider floats, or bytes, is understood', () => {
  expect(readVector(base64Of(8, VECTOR))).toEqual(VECTOR)
  const bytes = Array.from({ length: 64 }, (_, index) => ((index * 37) % 255) - 127)
  expect(readVector(base64Of(1, bytes))).toEqual(bytes)
})

test('any text is a vector, if a senseless one', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readVector(text).every((value) => typeof value === 'number')).toBe(true)
    }),
  )
})
