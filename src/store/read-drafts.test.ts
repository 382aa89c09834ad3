import { expect, test } from 'vitest'
import { recordOf } from './fixtures/records.ts'
import { readDrafts } from './read-drafts.ts'

test('a draft that cannot be read costs no other its record', () => {
  const [good, bad] = [recordOf(1), recordOf(2)]
  const records = readDrafts([good, bad], (draft) => {
    if (draft === bad) throw new Error('It is torn.')
    return draft
  })
  expect(records).toMatchObject([
    good,
    { id: bad.id, error: 'internal', errorMessage: expect.stringMatching(/It is torn/) },
  ])
})
