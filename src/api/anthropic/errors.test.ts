import { expect, test } from 'vitest'
import { GatewayError } from '../../domain/errors.ts'
import { anthropicError } from './errors.ts'

test.each([
  ['invalid_request', 'invalid_request_error'],
  ['unauthenticated', 'authentication_error'],
  ['not_found', 'not_found_error'],
  ['too_large', 'request_too_large'],
  ['upstream_rate_limited', 'rate_limit_error'],
  ['overloaded', 'overloaded_error'],
  ['upstream_timeout', 'timeout_error'],
  ['internal', 'api_error'],
] as const)('%s is called %s', (code, type) => {
  expect(anthropicError(new GatewayError(code, 'No.'), undefined)).toMatchObject({
    type: 'error',
    error: { type, message: 'No.', weir: { class: code } },
    request_id: null,
  })
})

const said = (type: string) => ({
  message: 'No.',
  status: 400,
  code: null,
  type,
  raw: { type, message: 'No.', param: 'p' },
  beside: {},
})

const typed = (type: string) =>
  anthropicError(new GatewayError('upstream_rejected', 'No.', { provider: said(type) }), undefined)

test("the provider's own word stays where Anthropic has it too", () => {
  expect(typed('billing_error')).toMatchObject({ error: { type: 'billing_error', param: 'p' } })
  expect(typed('strange')).toMatchObject({ error: { type: 'invalid_request_error' } })
})
