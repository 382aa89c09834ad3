import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partOf } from './payload-files.ts'
import { openFrame, packSegment } from './segment.ts'

test.each([
  ['2026-11-23T12:00:00Z', 202_648],
  ['2026-01-01T00:00:00Z', 202_601],
  ['2027-01-03T23:59:59Z', 202_653],
  ['2027-01-04T00:00:00Z', 202_701],
  ['2024-12-30T00:00:00Z', 202_501],
  ['1970-01-01T00:00:00Z', 197_001],
  ['1969-12-28T23:59:59Z', 196_952],
])('%s is in the week %i', (date, part) => {
  expect(partOf(Date.parse(date))).toBe(part)
})

test('a time that no calendar has is in no week', () => {
  expect(partOf(Number.MAX_SAFE_INTEGER)).toBe(0)
})

test('every document of a segment comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1 }), (documents) => {
      const { lengths, frame } = packSegment(
        documents.map((document) => Buffer.from(document)),
        1,
      )
      for (const [index, document] of documents.entries()) {
        expect(openFrame(lengths, frame)(index)).toEqual(Buffer.from(document))
      }
    }),
  )
})

test('a flipped bit is noticed', () => {
  const { lengths, frame } = packSegment([Buffer.from('The quick brown fox. '.repeat(20))], 1)
  frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1
  expect(() => openFrame(lengths, frame)).toThrow('checksum')
})
