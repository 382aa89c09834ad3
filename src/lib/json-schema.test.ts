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
    "the value must have required property 'name'",
    'the value must NOT have additional properties: "more"',
    '/age must be integer',
    '/mail must match format "email"',
  ])
  expect(check(schema, { name: 'x', age: 2 })).toEqual([])
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
