import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from './json.ts'
import { SchemaCompiler, SchemaError } from './json-schema.ts'

const check = (schema: Json, value: unknown) => new SchemaCompiler().compile(schema)(value)

test('says all that is wrong with a value, a line each', () => {
  const schema = {
    type: 'object',
    properties: { name: {}, age: { type: 'integer' }, mail: { type: 'string', format: 'email' } },
    required: ['name'],
    additionalProperties: false,
  }
  expect(check(schema, { age: 1.5, mail: 'x', more: 1 })).toEqual([
    '"name" is a required property',
    "Additional properties are not allowed ('more' was unexpected)",
    '1.5 is not of type "integer" (at /age)',
    '"x" is not a "email" (at /mail)',
  ])
  expect(check(schema, { name: 'x', age: 2 })).toEqual([])
})

test.each<[Json, unknown, string]>([
  [{ type: ['string', 'null'] }, 1, '1 is not of types "string", "null"'],
  [{ enum: ['a', 'b', 'c'] }, 'd', '"d" is not one of "a", "b" or "c"'],
  [{ const: 1 }, 2, '1 was expected'],
  [{ minimum: 3 }, 2, '2 is less than the minimum of 3'],
  [{ exclusiveMaximum: 3 }, 3, '3 is greater than or equal to the maximum of 3'],
  [{ minLength: 1 }, '', '"" is shorter than 1 character'],
  [{ maxItems: 2 }, [1, 2, 3], '[1,2,3] has more than 2 items'],
  [{ pattern: '^a' }, 'b', '"b" does not match "^a"'],
  [{ oneOf: [true, true] }, 1, '1 is valid under more than one of the schemas listed in'],
  [{ uniqueItems: true }, [1, 1], '[1,1] has non-unique elements'],
  [{ minProperties: 1 }, {}, '{} must NOT have fewer than 1 properties'],
  [{ type: 'number' }, 'x'.repeat(500), '… is not of type "number"'],
])('says of %j what is wrong with %j', (schema, value, words) => {
  expect(check(schema, value)).toEqual([expect.stringContaining(words)])
})

test.each<[string, Json, unknown]>([
  [
    'draft 7, by name',
    { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] },
    [1],
  ],
  [
    'draft 4, as draft 7',
    { $schema: 'http://json-schema.org/draft-04/schema#', type: 'string' },
    1,
  ],
  ['draft 7, unnamed', { items: [{ type: 'string' }] }, [1]],
  ['2019-09', { $schema: 'https://json-schema.org/draft/2019-09/schema', type: 'string' }, 1],
  [
    '2020-12',
    { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] },
    [1],
  ],
  ['2020-12, unnamed', { prefixItems: [{ type: 'string' }] }, [1]],
  ['own definitions', { $defs: { a: { type: 'string' } }, $ref: '#/$defs/a' }, 1],
  ['an id that came before', { $id: 'x', type: 'string' }, 1],
  ['unknown words', { type: 'string', whatever: 1 }, 1],
  ['false', false, 1],
])('reads %s', (_, schema, wrong) => {
  const compiler = new SchemaCompiler()
  compiler.compile({ $id: 'x', type: 'string' })
  expect(compiler.compile(schema)(wrong)).toHaveLength(1)
})

test.each<[string, Json, RegExp]>([
  ['an unknown type', { type: 'nope' }, /schema is invalid: data\/type must be/],
  ['a number', 5, /must be object or boolean/],
  ['a schema from elsewhere', { $ref: 'http://elsewhere.test/' }, /can't resolve reference/],
  ['a broken pattern', { pattern: '(' }, /Invalid regular expression/],
])('refuses %s', (_, schema, message) => {
  expect(() => check(schema, 1)).toThrow(SchemaError)
  expect(() => check(schema, 1)).toThrow(message)
})

test('any JSON is a schema or is refused as one', () => {
  const compiler = new SchemaCompiler()
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (json) => {
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what jsonValue makes
        compiler.compile(json as Json)(json)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SchemaError)
      }
    }),
    { numRuns: 50 },
  )
})
