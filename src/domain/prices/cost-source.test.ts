import { expect, test } from 'vitest'
import { firstCost } from './cost-source.ts'

const NOTHING = { configured: null, reportedDollars: null, table: null }

test('the configuration’s price beats the provider’s word, and that beats the table', () => {
  const all = { configured: 1, reportedDollars: 2e-9, table: 3 }
  expect(firstCost(all)).toEqual({ costNano: 1, costSource: 'config' })
  expect(firstCost({ ...all, configured: null })).toEqual({ costNano: 2, costSource: 'reported' })
  expect(firstCost({ ...NOTHING, table: 3 })).toEqual({ costNano: 3, costSource: 'table' })
  expect(firstCost(NOTHING)).toEqual({ costNano: null, costSource: null })
})

test('a cost of nothing is known', () => {
  expect(firstCost({ configured: 0, reportedDollars: 1, table: 1 }).costNano).toBe(0)
  expect(firstCost({ ...NOTHING, reportedDollars: 0, table: 1 }).costSource).toBe('reported')
})

test.each([-1, Number.NaN, Infinity, 1e12])(
  'what the provider says is not believed: %d',
  (said) => {
    expect(firstCost({ ...NOTHING, reportedDollars: said, table: 5 }).costSource).toBe('table')
  },
)
