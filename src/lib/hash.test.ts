import { expect, test } from 'vitest'
import { blake3Hex } from './hash.ts'

// From the published test vectors of BLAKE3 (the empty input) and its README's tool (`abc`).
test.each([
  ['', 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  ['abc', '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
])('hashes %j', (text, hash) => {
  expect(blake3Hex(text)).toBe(hash)
})
