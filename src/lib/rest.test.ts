import { expect, test } from 'vitest'
import { rest } from './rest.ts'

test('a rest is short, but one', () => {
  const startedAt = performance.now()
  rest()
  expect(performance.now() - startedAt).toBeGreaterThan(0.04)
})
