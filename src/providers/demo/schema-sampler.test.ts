import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Json, JsonObject } from '../../lib/json.ts'
import { randomFrom } from '../scripted/random.ts'
import { samplePattern } from './pattern-sampler.ts'
import { sampleSchema } from './schema-sampler.ts'

const TREE = {
  $defs: {
    node: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        children: { type: 'array', items: { $ref: '#/$defs/node' } },
      },
      required: ['name', 'children'],
      additionalProperties: false,
    },
  },
  $ref: '#/$defs/node',
}

const CHAIN = {
  $defs: {
    link: {
      type: 'object',
      properties: { next: { anyOf: [{ $ref: '#/$defs/link' }, { type: 'null' }] } },
      required: ['next'],
    },
  },
  $ref: '#/$defs/link',
}

test.each<[string, JsonObject]>([
  [
    'a weather tool',
    {
      type: 'object',
      properties: {
        location: { type: 'string', description: 'A city' },
        units: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        days: { type: 'integer', minimum: 1, maximum: 7 },
      },
      required: ['location', 'units'],
      additionalProperties: false,
    },
  ],
  ['types with null', { type: ['string', 'null'], minLength: 30, maxLength: 40 }],
  ['a constant', { const: 'fixed' }],
  ['a tree', TREE],
  ['a chain that must end', CHAIN],
  [
    'a composition',
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] },
        { properties: { b: { type: 'null' } }, required: ['b'] },
      ],
    },
  ],
  ['a choice', { oneOf: [{ type: 'integer', minimum: 5 }, { type: 'string' }] }],
  [
    'unique elements',
    { type: 'array', items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 3 },
  ],
  [
    'a tuple',
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
  ],
  ['a fraction', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }],
  ['steps', { type: 'number', multipleOf: 0.25, exclusiveMinimum: 0, maximum: 0.5 }],
  ['large steps', { type: 'integer', multipleOf: 1000, exclusiveMinimum: 0 }],
  ['below zero', { type: 'integer', exclusiveMaximum: -5 }],
  ['a uuid', { type: 'string', format: 'uuid' }],
  ['a date', { type: 'string', format: 'date-time' }],
  ['an address', { type: 'string', format: 'email' }],
  ['a pattern', { type: 'string', pattern: '^[A-Z]{3}-\\d{2,4}(?:x|yy)?$' }],
  ['free keys', { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 2 }],
])('makes data that is valid for %s', (_, schema) => {
  const validator = z.fromJSONSchema(schema)
  for (let seed = 0; seed < 50; seed++) {
    expect(() => validator.parse(sampleSchema(schema, randomFrom(seed)))).not.toThrow()
  }
})

const bounds = fc
  .tuple(fc.integer({ min: -500, max: 500 }), fc.nat({ max: 300 }))
  .map(([minimum, span]) => ({ minimum, maximum: minimum + span }))
const lengths = fc
  .tuple(fc.nat({ max: 60 }), fc.nat({ max: 20 }))
  .map(([minLength, span]) => ({ minLength, maxLength: minLength + span }))

const { schema: anySchema } = fc.letrec<{ schema: JsonObject; leaf: JsonObject }>((tie) => ({
  leaf: fc.oneof(
    bounds.map((range): JsonObject => Object.assign({ type: 'integer' }, range)),
    bounds.map((range): JsonObject => Object.assign({ type: 'number' }, range)),
    lengths.map((range): JsonObject => Object.assign({ type: 'string' }, range)),
    fc.constantFrom<JsonObject>({ type: 'boolean' }, { type: 'null' }, { enum: ['a', 'b'] }),
  ),
  schema: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'schema' },
    tie('leaf'),
    fc
      .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('schema'), { maxKeys: 5 })
      .map((properties) => ({
        type: 'object',
        properties,
        required: Object.keys(properties).filter((key) => key < 'm'),
        additionalProperties: false,
      })),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat({ max: 4 }) }),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}))

test('makes valid data for any schema of these kinds', () => {
  fc.assert(
    fc.property(anySchema, fc.nat(), (schema, seed) => {
      const made = sampleSchema(schema, randomFrom(seed))
      expect(() => z.fromJSONSchema(schema).parse(made)).not.toThrow()
    }),
  )
})

test('takes anything for a schema', () => {
  const words = fc.constantFrom(
    'type',
    'properties',
    'items',
    'anyOf',
    'allOf',
    '$ref',
    'enum',
    'pattern',
    'minItems',
    'required',
    'minimum',
    'multipleOf',
  )
  const nonsense = fc.dictionary(
    words,
    fc.oneof(fc.jsonValue(), fc.constantFrom('object', 'array', '#')),
  )
  fc.assert(
    fc.property(nonsense, fc.nat(), (schema, seed) => {
      const made = sampleSchema(schema as Json, randomFrom(seed))
      expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(made)))
    }),
  )
})

test.each<[string, JsonObject]>([
  ['refers to itself', { $ref: '#' }],
  [
    'doubles at every step',
    {
      $defs: {
        a: {
          type: 'object',
          properties: { x: { $ref: '#/$defs/a' }, y: { $ref: '#/$defs/a' } },
          required: ['x', 'y'],
        },
      },
      $ref: '#/$defs/a',
    },
  ],
  [
    'wants a billion elements',
    { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } },
  ],
  ['has a pattern that explodes', { type: 'string', pattern: '((a{999}){999}){999}' }],
])('stays small when the schema %s', (_, schema) => {
  expect(JSON.stringify(sampleSchema(schema, randomFrom(1))).length).toBeLessThan(200_000)
})

test.each([
  '^\\d{4}-\\d{2}-\\d{2}$',
  '^(?:[a-z0-9]+\\.)+[a-z]{2,}$',
  '^#[0-9a-fA-F]{6}$',
  '^\\+?[1-9]\\d{1,14}$',
  '^(?<year>19|20)\\d\\d$',
  '^[^\\s@]+@[^\\s@]+\\.com$',
  '^\\u0041\\x42$',
  '^a*?b+?c{2}$',
  '^[\\w.-]+$',
  '^(red|green|blue)$',
  '^$',
  '',
])('makes a text that %s matches', (pattern) => {
  for (let seed = 0; seed < 30; seed++) {
    expect(samplePattern(pattern, randomFrom(seed))).toMatch(new RegExp(pattern, 'u'))
  }
})

test('takes anything for a pattern', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('(', ')', '[', ']', '|', '\\', '{2}', '*', '?:'),
  )
  fc.assert(
    fc.property(fc.array(piece), fc.nat(), (pieces, seed) => {
      const text = samplePattern(pieces.join(''), randomFrom(seed))
      expect(text === undefined || text.length < 10_000).toBe(true)
    }),
  )
})
