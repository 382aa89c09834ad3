import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from './errors.ts'
import { LOG_FIELDS, type LogTerm } from './log-query.ts'
import { parseLogQuery } from './log-query-parser.ts'
import { OUTCOMES } from './record.ts'

const is = { op: '=', negated: false } as const

test.each<[string, Partial<LogTerm>[]]>([
  ['', []],
  ['  \t\n ', []],
  ['""', []],
  ['refund', [{ ...is, field: 'text', value: 'refund' }]],
  ['"my refund" now', [text('my refund'), text('now')]],
  ['-refund -"a b"', [text('refund', true), text('a b', true)]],
  ['-', [text('-')]],
  ['a - b', [text('a'), text('-'), text('b')]],
  ['"say \\"hi\\" \\\\o/"', [text('say "hi" \\o/')]],
  ['發票 🎉', [text('發票'), text('🎉')]],
  ['status:error', [{ ...is, field: 'status', value: 'error' }]],
  ['status:>=500', [{ ...is, op: '>=', field: 'status', value: 500 }]],
  ['-outcome:ok', [{ ...is, field: 'outcome', value: 'ok', negated: true }]],
  ['model:gpt-*', [{ ...is, field: 'model', value: 'gpt-*' }]],
  ['Model:"gpt 5"', [{ ...is, field: 'model', value: 'gpt 5' }]],
  ['model:openai::gpt-5', [{ ...is, field: 'model', value: 'openai::gpt-5' }]],
  ['model:=x', [{ ...is, field: 'model', value: 'x' }]],
  ['model:">x"', [{ ...is, field: 'model', value: '>x' }]],
  ['latency:>2s', [{ ...is, op: '>', field: 'latency', value: 2000 }]],
  ['ttft:<=1.5s', [{ ...is, op: '<=', field: 'ttft', value: 1500 }]],
  ['latency:<250ms', [{ ...is, op: '<', field: 'latency', value: 250 }]],
  ['latency:>2m', [{ ...is, op: '>', field: 'latency', value: 120_000 }]],
  ['cost:>$0.01', [{ ...is, op: '>', field: 'cost', value: 0.01 }]],
  ['cost:.5', [{ ...is, field: 'cost', value: 0.5 }]],
  ['tokens:>1000', [{ ...is, op: '>', field: 'tokens', value: 1000 }]],
  ['stream:true', [{ ...is, field: 'stream', value: 'true' }]],
  ['tag.env:prod', [{ ...is, field: 'tag', key: 'env', value: 'prod' }]],
  ['tag.a.b:""', [{ ...is, field: 'tag', key: 'a.b', value: '' }]],
  ['tag."a b":c', [{ ...is, field: 'tag', key: 'a b', value: 'c' }]],
  ['tag.weir::x:1', [{ ...is, field: 'tag', key: 'weir::x', value: '1' }]],
  ['text:model:x', [text('model:x')]],
])('reads %s', (query, terms) => {
  expect(parseLogQuery(query).filter).toEqual({ terms })
})

test.each([
  [
    'a statsu:error',
    'There is no field `statsu` (character 3). Did you mean `status`? Put it in quotes to search for it as text.',
  ],
  [
    'https://example.com',
    `There is no field \`https\` (character 1). Put it in quotes to search for it as text, or use one of: ${LOG_FIELDS.join(', ')}.`,
  ],
  ['model:', '`model:` has no value (character 1). Write one, such as `model:gpt-*`.'],
  ['x -model: y', '`model:` has no value (character 3). Write one, such as `model:gpt-*`.'],
  ['model:"x', 'A quote is opened here and never closed (character 7). Put a `"` at its end.'],
  ['latency:>2', '`2` is no latency (character 1). Write it like `latency:>2s`.'],
  ['cost:cheap', '`cheap` is no cost (character 1). Write it like `cost:>0.01`.'],
  ['tokens:1.5', '`1.5` is no number of tokens (character 1). Write it like `tokens:>1000`.'],
  [
    'status:okay',
    '`okay` is no status (character 1). Write it like `status:error` or `status:429`.',
  ],
  ['outcome:timout', '`timout` is no outcome (character 1). Did you mean `timeout`?'],
  ['stream:yes', '`yes` is no stream (character 1). Use one of: true, false.'],
  ['tag:prod', '`tag` is not written like this (character 1). Write `tag.env:prod`.'],
  ['model.x:y', '`model` is not written like this (character 1). Write `model:gpt-*`.'],
  [
    'model:>x',
    'The model cannot be larger or smaller than a text (character 1). Leave out the `>`, or put the value in quotes.',
  ],
])('says what is wrong with %s', (query, message) => {
  expect(() => parseLogQuery(query)).toThrow(
    new GatewayError('invalid_request', message, { param: 'q' }),
  )
})

test('takes any text, or says what is wrong with it', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('"', '\\', '-', ':', '::', '>', ' ', 'tag.', 'model:', 'latency:', '2s'),
  )
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(() => parseOrNull(words.join(''))).not.toThrow()
    }),
  )
})

const op = fc.constantFrom('=', '>', '>=', '<', '<=') satisfies fc.Arbitrary<LogTerm['op']>
const amount = fc.nat({ max: 1e6 }).map((n) => n / 1000)
const name = fc.constantFrom('model', 'provider', 'function', 'variant', 'episode', 'id')
const negated = fc.boolean()
const equals = { op: fc.constant('=' as const), negated }
const term: fc.Arbitrary<LogTerm> = fc.oneof(
  fc.record({ field: name, value: fc.string(), ...equals }),
  fc.record({
    field: fc.constant('tag' as const),
    key: fc.string({ minLength: 1 }),
    value: fc.string(),
    ...equals,
  }),
  fc.record({
    field: fc.constant('text' as const),
    value: fc.string({ minLength: 1 }),
    ...equals,
  }),
  fc.record({ field: fc.constantFrom('latency', 'ttft', 'cost'), op, value: amount, negated }),
  fc.record({ field: fc.constant('tokens' as const), op, value: fc.nat(), negated }),
  fc.record({
    field: fc.constant('status' as const),
    op,
    value: fc.integer({ min: 100, max: 599 }),
    negated,
  }),
  fc.record({
    field: fc.constant('outcome' as const),
    value: fc.constantFrom(...OUTCOMES),
    ...equals,
  }),
)

test('reads back every filter that is written out', () => {
  fc.assert(
    fc.property(fc.array(term), (terms) => {
      expect(parseLogQuery(terms.map(formatTerm).join(' ')).filter.terms).toEqual(terms)
    }),
  )
})

test('stays fast on a long query', () => {
  const long = `tag.${'a::'.repeat(20_000)} "${'\\'.repeat(20_000)}`
  const startedAt = performance.now()
  parseOrNull(long)
  expect(performance.now() - startedAt).toBeLessThan(500)
})

function text(value: string, isNegated = false): LogTerm {
  return { field: 'text', op: '=', value, negated: isNegated }
}

function parseOrNull(query: string) {
  try {
    return parseLogQuery(query)
  } catch (thrown) {
    if (thrown instanceof GatewayError) return null
    throw thrown
  }
}

function formatTerm({ field, key, op: operator, value, negated: isNegated }: LogTerm): string {
  const unit = field === 'latency' || field === 'ttft' ? 'ms' : ''
  const written = typeof value === 'number' ? `${value}${unit}` : quote(value)
  const place = key === undefined ? field : `tag.${quote(key)}`
  return `${isNegated ? '-' : ''}${place}:${operator === '=' ? '' : operator}${written}`
}

function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
