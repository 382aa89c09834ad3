import { expect, test } from 'vitest'
import { ERROR_KINDS, GatewayError } from './errors.ts'
import { OUTCOMES } from './record.ts'

test.each(Object.entries(ERROR_KINDS))('%s has a status and an outcome', (_, kind) => {
  expect(kind.status).toBeGreaterThanOrEqual(400)
  expect(kind.status).toBeLessThan(600)
  expect(OUTCOMES).toContain(kind.outcome)
  expect(kind.outcome).not.toBe('ok')
})

test('an error knows its kind, and answers with the provider’s own status where it has one', () => {
  expect(new GatewayError('upstream_failed', 'No.').status).toBe(502)
  expect(new GatewayError('upstream_rejected', 'No.', { status: 422 })).toMatchObject({
    name: 'GatewayError',
    status: 422,
    message: 'No.',
    kind: { class: 'R5', outcome: 'upstream_error' },
  })
})

test('anything thrown becomes an error of ours, and tells a client nothing of itself', () => {
  const ours = new GatewayError('forbidden', 'No.')
  expect(GatewayError.from(ours)).toBe(ours)
  for (const thrown of [new TypeError('secret path'), 'text', undefined, null, { code: 1 }]) {
    const error = GatewayError.from(thrown)
    expect(error.code).toBe('internal')
    expect(error.message).not.toContain('secret')
    expect(error.cause).toBe(thrown)
  }
})
