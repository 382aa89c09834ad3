import { expect, test } from 'vitest'
import { JsonEnd } from './json-end.ts'

test.each<[string, readonly string[], readonly number[]]>([
  ['whole', ['{"a":1}'], [7]],
  ['followed by something', ['{"a":1}<|end|>'], [7]],
  ['in pieces', ['{"a":', '{"b":[', '2]}', '} x', 'y'], [5, 6, 3, 1, 0]],
  ['with brackets in its strings', ['{"a":"}\\"}', '"}', '!'], [10, 2, 0]],
  ['that does not end', ['{"a"', ':1'], [4, 2]],
])('finds the end of an object %s', (_, pieces, lengths) => {
  const end = new JsonEnd()
  expect(pieces.map((piece) => end.lengthIn(piece))).toEqual(lengths)
})
