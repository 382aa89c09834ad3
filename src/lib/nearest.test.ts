import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet', 'echo']

test.each([
  ['gpt-4o', 'gpt-4o'],
  ['gpt-4', 'gpt-4o'],
  ['gpt4o-mini', 'gpt-4o-mini'],
  ['claude-sonet', 'claude-sonnet'],
  ['ecoh', 'echo'],
  ['eho', 'echo'],
  ['llama', undefined],
  ['', undefined],
])('the nearest to %j is %j', (name, expected) => {
  expect(nearest(name, MODELS)).toBe(expected)
})

test('of equally near ones it takes the first', () => {
  expect(nearest('cat', ['bat', 'rat'])).toBe('bat')
})

test('finds a name with one typing mistake', () => {
  const name = fc.stringMatching(/^[a-z]{4,12}$/)
  fc.assert(
    fc.property(name, fc.nat(), fc.constantFrom('', '#', '##'), (written, place, change) => {
      const at = place % written.length
      const typo = written.slice(0, at) + change.slice(1) + written.slice(at + 1)
      expect(nearest(typo, ['############', written])).toBe(written)
    }),
  )
})

test.each([
  ['modle', ['model', 'routing'], 'model'],
  ['max-request-bytes', ['max_request_bytes'], 'max_request_bytes'],
  ['Debug', ['debug'], 'debug'],
  ['routng', ['routing', 'retries'], 'routing'],
  ['xyz', ['model', 'routing'], undefined],
  ['q', ['p'], undefined],
  ['anything', [], undefined],
])('%s is nearest to one of %j: %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})

test('a name of any length costs no more than a look at its length', () => {
  const stranger = 'x'.repeat(20_000_000)
  expect(nearest(stranger, [...MODELS, ...MODELS])).toBeUndefined()
})
