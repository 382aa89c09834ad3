import { expect, test } from 'vitest'
import { lastEnds, type Period } from './periods.ts'

test.each<[Period, string[]]>([
  ['minute', ['2026-03-01T10:16:00', '2026-03-01T10:17:00']],
  ['hour', ['2026-03-01T10:00:00', '2026-03-01T11:00:00']],
  ['day', ['2026-03-01T00:00:00', '2026-03-02T00:00:00']],
  // A Sunday: the week ends with it.
  ['week', ['2026-02-23T00:00:00', '2026-03-02T00:00:00']],
  ['month', ['2026-03-01T00:00:00', '2026-04-01T00:00:00']],
])('the last two %ss end where the calendar says', (period, ends) => {
  const now = Date.UTC(2026, 2, 1, 10, 16, 30)
  expect(lastEnds(period, 2, now).map((end) => new Date(end).toISOString().slice(0, 19))).toEqual(
    ends,
  )
})

test('months of a year ago are found over its end', () => {
  const ends = lastEnds('month', 14, Date.UTC(2026, 0, 31))
  expect(new Date(ends[0] ?? 0).toISOString().slice(0, 10)).toBe('2025-01-01')
})
