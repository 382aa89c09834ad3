import { expect, test } from 'vitest'
import { providers } from '../providers/index.ts'
import { renderJsonSchema, renderReference } from './reference.ts'

// `vitest run --update src/config/reference.test.ts` writes both files anew.
const docs = `${import.meta.dirname}/../../docs/reference`

test('the page of the configuration is fresh', async () => {
  await expect(renderReference(providers)).toMatchFileSnapshot(`${docs}/config.md`)
})

test('the JSON Schema of the configuration is fresh', async () => {
  await expect(renderJsonSchema(providers)).toMatchFileSnapshot(`${docs}/weir.schema.json`)
})

test('every key has a meaning', () => {
  const rows = renderReference(providers)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  expect(rows.length).toBeGreaterThan(60)
  expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([])
})
