import { expect, test } from 'vitest'
import { readRows, renderPage } from './page.ts'

// `vitest run --update test/compatibility/` writes the page anew.
const rows = readRows()

test('the page of compatibility is fresh', async () => {
  const page = `${import.meta.dirname}/../../docs/compatibility.md`
  await expect(renderPage(rows)).toMatchFileSnapshot(page)
})

test('there are 319 rows in their order', () => {
  const ids = Array.from({ length: 319 }, (_, at) => `F${String(at + 1).padStart(3, '0')}`)
  expect(rows.map(({ id }) => id)).toEqual(ids)
})

test('every row has a test, or a reason why it has none', () => {
  const bare = rows.filter(({ tests, reason }) => tests.length === 0 && reason === null)
  expect(bare.map(({ id, behaviour }) => `${id} ${behaviour}`)).toEqual([])
})
