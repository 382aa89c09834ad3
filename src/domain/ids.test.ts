import { randomFillSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { Ids, isUuid, isUuidV7, timeOfUuidV7 } from './ids.ts'

const random = (bytes: Uint8Array) => {
  randomFillSync(bytes)
}
const idsAt = (now: () => number) => new Ids({ now, us: () => 0 }, random)

test('makes UUIDs of version 7 that carry their time', () => {
  const at = Date.parse('2026-06-01T12:00:00.123Z')
  const id = idsAt(() => at).next()
  expect(isUuidV7(id)).toBe(true)
  expect(isUuid(id)).toBe(true)
  expect(timeOfUuidV7(id)).toBe(at)
})

test('a hundred thousand ids are all different, and each is larger than the one before', () => {
  let now = 1_780_000_000_000
  const ids = idsAt(() => now)
  let before = ''
  let unordered = 0
  const seen = new Set<string>()
  for (let count = 0; count < 100_000; count++) {
    if (count % 1000 === 0) now++
    const id = ids.next()
    if (id <= before) unordered++
    seen.add(id)
    before = id
  }
  expect({ different: seen.size, unordered }).toEqual({ different: 100_000, unordered: 0 })
})

test('more ids than a millisecond holds go on in the next', () => {
  const ids = idsAt(() => 1000)
  const made = Array.from({ length: 10_000 }, () => ids.next())
  expect(made.toSorted()).toEqual(made)
  expect(made.every(isUuidV7)).toBe(true)
})

test('ids do not go back when the clock does', () => {
  const times = [5000, 4000, 5000, 1, 5001]
  const ids = idsAt(() => times.shift() ?? 0)
  const made = [1, 2, 3, 4, 5].map(() => ids.next())
  expect(made.toSorted()).toEqual(made)
  expect(made.map(timeOfUuidV7)).toEqual([5000, 5000, 5000, 5000, 5001])
})

test('two makers at the same moment make different ids', () => {
  const [a, b] = [idsAt(() => 1000), idsAt(() => 1000)]
  expect(a.next().slice(-17)).not.toBe(b.next().slice(-17))
})

test.each([
  ['01890a5d-ac96-774b-bcce-b302099a8057', true, true],
  ['01890a5d-ac96-474b-bcce-b302099a8057', true, false],
  ['01890a5d-ac96-774b-ccce-b302099a8057', true, false],
  ['01890A5D-AC96-774B-BCCE-B302099A8057', false, false],
  ['01890a5dac96774bbcceb302099a8057', false, false],
  ['01890a5d-ac96-774b-bcce-b302099a8057\n', false, false],
  ['', false, false],
])('%j is a UUID: %s, of version 7: %s', (text, uuid, v7) => {
  expect([isUuid(text), isUuidV7(text)]).toEqual([uuid, v7])
})
