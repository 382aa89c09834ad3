import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attemptOf, idOf, recordOf } from '../fixtures/records.ts'
import { decodePayload, documentOf, headOf, payloadOf } from './payload.ts'
import { openFrame, SegmentPacker } from './segment.ts'

function written(...records: readonly ReturnType<typeof recordOf>[]): Buffer[] {
  const packer = new SegmentPacker()
  for (const record of records) packer.add(documentOf(record))
  const { lengths, frame } = packer.pack()
  return records.map((_, index) => openFrame(lengths, frame)(index))
}

const text = fc.string({ unit: 'binary', maxLength: 200 })

test('every text of a payload comes back, line ends, letters and lone surrogates and all', () => {
  const bodies = fc.array(fc.tuple(fc.oneof(text, fc.constant('\uD800\n')), text), { maxLength: 3 })
  fc.assert(
    fc.property(text, bodies, (rawRequest, attempts) => {
      const record = recordOf(1, {
        rawRequest,
        attempts: attempts.map(([request, response], index) =>
          attemptOf(index, { rawRequest: request, rawResponse: response }),
        ),
      })
      const [first, second] = written(record, recordOf(2))
      expect(first && decodePayload(first, record.id)).toEqual(payloadOf(record))
      expect(second && decodePayload(second, idOf(2))).toEqual(payloadOf(recordOf(2)))
    }),
  )
})

test('a text larger than all the room there was comes back', () => {
  const record = recordOf(1, { rawRequest: 'ä\n'.repeat(3_000_000) })
  const [document] = written(record)
  expect(document && decodePayload(document, record.id)?.raw_request).toBe(record.rawRequest)
})

test('a payload from before the bodies stood apart is read, and nobody else’s ever is', () => {
  const record = recordOf(1, { rawRequest: 'one\ntwo' })
  const document = Buffer.from(JSON.stringify(payloadOf(record)))
  expect(decodePayload(document, record.id)).toEqual(payloadOf(record))
  expect(headOf(document)).toEqual(document)
  expect(decodePayload(document, idOf(2))).toBeNull()
})
