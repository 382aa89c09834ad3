import { expect, test } from 'vitest'
import { allCells } from './cells.ts'
import { broken } from './report.ts'
import { perform } from './perform.ts'

/** Some of what `npm run sim:experiments` proves at length, each with a bound that is its own. */
test.each([
  ['published', 'coin as boolean, max of 0.3 / 0.21 / 0.2 / 0.19 / 0.18', 40],
  ['wrong', 'coin as boolean, min of 0.5 / 0.501, every 100', 60],
  ['wrong', 'coin as learned, max of 0.05 / 0.048, every 100', 100],
  ['wrong', 'grade as known, max of 0.5 / 5 × 0.49, every 100', 20],
  ['bound', 'normal as learned, max of 0 / -0.1 / -0.15 / -0.2 / -0.2 / -0.2, adaptive', 20],
  ['coverage', 'coin as learned, max of 0.05, 20,000 values', 100],
  ['coverage', 'coin as boolean, max of 0.05, 20,000 values', 100],
])('%s: %s keeps to its bounds in a few runs', (group, name, runs) => {
  const cells = allCells()
  const at = cells.findIndex((cell) => cell.group === group && cell.name === name)
  const cell = cells[at]
  expect(cell).toBeDefined()
  if (!cell) return
  const sums = perform({ cell: at, seed: 1, firstRun: 0, runs })
  expect(broken({ cell, sums })).toEqual([])
})

test('every case has a name of its own', () => {
  const names = allCells().map(({ group, name }) => `${group} ${name}`)
  expect(new Set(names).size).toBe(names.length)
})
