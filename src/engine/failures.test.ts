import { expect, test } from 'vitest'
import { providerFailure } from './failures.ts'

test.each([
  ['{"errors":["Too long."]}', 'The provider answered with status 422: Too long.'],
  ['{"fault":{"faultstring":"Too long."}}', 'The provider answered with status 422: Too long.'],
  ['{"code":7}', 'The provider answered with status 422.'],
  ['Too long.', 'The provider answered with status 422: Too long.'],
  ['', 'The provider answered with status 422.'],
  [
    '<html>Too long.</html>',
    'The provider answered with status 422 and a web page instead of JSON.',
  ],
])('a refusal that no format knows is told in its own words: %s', (text, message) => {
  const failure = providerFailure('m/p', 422, null, { headers: {}, text, nowMs: 0 })
  expect(failure).toMatchObject({ message, code: 'upstream_rejected', context: { status: 422 } })
})
