import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  fieldsBeside,
  isDeeperThan,
  type Json,
  objectsIn,
  parseJson,
} from './json.ts'

test('parses JSON, and has no value for anything else', () => {
  expect(parseJson('{"a":[1,null]}')).toEqual({ a: [1, null] })
  expect(parseJson('null')).toBeNull()
  for (const text of ['', '{', 'undefined', "{'a':1}", '\uFEFF{}', 'NaN']) {
    expect(parseJson(text)).toBeUndefined()
  }
})

test('reads a value only as what it is', () => {
  const values: Json[] = ['', 'a', 0, 1.5, true, null, [1], { a: 1 }]
  expect(values.filter((value) => asString(value) !== undefined)).toEqual(['', 'a'])
  expect(values.filter((value) => asNumber(value) !== undefined)).toEqual([0, 1.5])
  expect(values.filter((value) => asObject(value) !== undefined)).toEqual([{ a: 1 }])
  expect(values.flatMap((value) => asArray(value))).toEqual([1])
  expect(asNumber(parseJson('1e999'))).toBeUndefined()
  expect(objectsIn([1, { a: 1 }, [], null, {}])).toEqual([{ a: 1 }, {}])
  expect(objectsIn({ a: 1 })).toEqual([])
})

test('what is beside the known fields is kept, whatever its name', () => {
  const object = asObject(parseJson('{"a":1,"b":2,"__proto__":{"c":3},"toString":null}')) ?? {}
  const rest = fieldsBeside(object, new Set(['a']))
  expect(JSON.stringify(rest)).toBe('{"b":2,"__proto__":{"c":3},"toString":null}')
  expect(fieldsBeside({ a: 1 }, new Set(['a']))).toBeUndefined()
})

test('known fields and those beside them are all there are', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ maxLength: 3 }), fc.integer()),
      fc.uniqueArray(fc.string({ maxLength: 3 })),
      (object, known) => {
        const rest = fieldsBeside(object, new Set(known)) ?? {}
        const both = [...known.filter((key) => Object.hasOwn(object, key)), ...Object.keys(rest)]
        expect(both.toSorted()).toEqual(Object.keys(object).toSorted())
      },
    ),
  )
})

test.each([
  ['1', 0, false],
  ['[]', 0, true],
  ['[]', 1, false],
  ['[[]]', 1, true],
  ['{"a":[1,{"b":2}]}', 3, false],
  ['{"a":[1,{"b":2}]}', 2, true],
])('%s is deeper than %i: %s', (text, limit, expected) => {
  expect(isDeeperThan(JSON.parse(text), limit)).toBe(expected)
})

test('the deepest nesting does no harm', () => {
  expect(isDeeperThan(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)), 128)).toBe(true)
})
