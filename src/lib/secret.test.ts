import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

test('leaves only through reveal', () => {
  const secret = new Secret('sk-123')
  const printed = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ deep: [secret] }, { showHidden: true }),
    Object.entries(secret).join(','),
  ].join('\n')
  expect(printed).not.toContain('sk-123')
  expect(secret.reveal()).toBe('sk-123')
})
