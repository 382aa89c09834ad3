import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawOf, drawUniform, drawWeighted } from './sampling.ts'

const EPISODE = '0192d3a4-5b6c-7d8e-9f00-112233445566'

test('a draw is the first four bytes of a hash of the name and the episode', () => {
  const bytes = Buffer.concat([
    Buffer.from('haiku'),
    Buffer.from(EPISODE.replaceAll('-', ''), 'hex'),
  ])
  const hash = createHash('sha256').update(bytes).digest()
  expect(drawOf('haiku', EPISODE)).toBe(hash.readUInt32BE(0) / 2 ** 32)
})

test('names count in their order, not in that of the file', () => {
  expect(drawUniform(['b', 'a'], 0.1)).toBe('a')
  expect(
    drawWeighted(
      new Map([
        ['b', 1],
        ['a', 1],
      ]),
      0.6,
    ),
  ).toBe('b')
  expect(drawWeighted(new Map([['a', 0]]), 0.5)).toBeUndefined()
})

test('a name without weight is never drawn', () => {
  const weights = fc.dictionary(fc.string({ minLength: 1 }), fc.nat(5), { minKeys: 1 })
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 0.9999999, noNaN: true }), (given, draw) => {
      const map = new Map(Object.entries(given))
      const drawn = drawWeighted(map, draw)
      if ([...map.values()].every((weight) => weight === 0)) expect(drawn).toBeUndefined()
      else expect(map.get(drawn ?? '')).toBeGreaterThan(0)
    }),
  )
})
