import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../lib/json.ts'
import { GatewayError } from './errors.ts'
import { deletePointer, parsePointer, readPointer, writePointer } from './pointer.ts'

// The document and the pointers of RFC 6901, section 5.
const RFC = JSON.parse(
  '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8}',
) as JsonObject

test.each([
  ['', RFC],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
] as const)('reads %s as the RFC does', (pointer, value) => {
  expect(readPointer(RFC, pointer)).toEqual(value)
})

test.each(['/nope', '/foo/2', '/foo/-', '/foo/00', '/foo/-1', '/a~1b/c', '/toString'])(
  'finds nothing at %s',
  (pointer) => {
    expect(readPointer(RFC, pointer)).toBeUndefined()
  },
)

test.each([
  ['/temperature', 0.5, { temperature: 0.5 }],
  ['/generation/config/top_k', 3, { generation: { config: { top_k: 3 } } }],
  ['/stop/-', 'END', { stop: ['END'] }],
] as const)('makes what is missing on the way to %s', (pointer, value, expected) => {
  expect(writePointer({}, pointer, value)).toEqual(expected)
})

test('writes into lists and objects that are there', () => {
  const body = { tools: [{ name: 'a' }, { name: 'b' }], logit_bias: { 50256: 1 } }
  expect(writePointer(body, '/tools/1/name', 'c').tools).toEqual([{ name: 'a' }, { name: 'c' }])
  expect(writePointer(body, '/tools/-', 1).tools).toEqual([{ name: 'a' }, { name: 'b' }, 1])
  expect(writePointer(body, '/logit_bias/99', -1).logit_bias).toEqual({ 50256: 1, 99: -1 })
  expect(body).toEqual({ tools: [{ name: 'a' }, { name: 'b' }], logit_bias: { 50256: 1 } })
})

test.each([
  ['', 'the whole body cannot be replaced or deleted'],
  ['tools', 'it must begin with `/`'],
  ['/a~2b', 'write `~0` for a `~` and `~1` for a `/`'],
  ['/text/deeper', '`deeper` would stand inside "hello"'],
  ['/none/deeper', '`deeper` would stand inside null'],
  ['/list/1', 'the list has 1 elements and none at `1`'],
  ['/list/x', 'the list has 1 elements and none at `x`'],
  ['/list/-/x', '`-` may only stand at the end'],
  ['/new/0', 'there is no list for the index 0; append with `-`'],
  ['/__proto__/polluted', 'the key `__proto__` is not allowed'],
  ['/list/0/constructor/prototype', 'the key `constructor` is not allowed'],
])('refuses to write at %s and says why', (pointer, reason) => {
  const body = { text: 'hello', none: null, list: [1] }
  expect(() => writePointer(body, pointer, 1)).toThrow(
    new GatewayError(
      'invalid_request',
      `Error replacing extra body: \`${reason}\` with pointer: \`${pointer}\``,
    ),
  )
})

test.each([
  ['/a', { list: [1, { x: 2 }] }],
  ['/list/0', { a: 1, list: [{ x: 2 }] }],
  ['/list/1/x', { a: 1, list: [1, {}] }],
  ['/nope/deeper', { a: 1, list: [1, { x: 2 }] }],
  ['/list/7', { a: 1, list: [1, { x: 2 }] }],
  ['/a/deeper', { a: 1, list: [1, { x: 2 }] }],
] as const)('deletes %s', (pointer, expected) => {
  const body = { a: 1, list: [1, { x: 2 }] }
  expect(deletePointer(body, pointer)).toEqual(expected)
  expect(body).toEqual({ a: 1, list: [1, { x: 2 }] })
})

test('refuses to delete behind the end of a list', () => {
  expect(() => deletePointer({ list: [] }, '/list/-')).toThrow(/nothing is/)
})

const key = fc.stringMatching(/^[a-c/~]{1,3}$/)
const path = fc.array(key, { minLength: 1, maxLength: 3 })
const edit = fc.record({ path, value: fc.option(fc.integer(), { nil: undefined }) })

// Objects only, so that a flat map of paths can say what must be there.
test('agrees with a map of paths', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 20 }), (edits) => {
      let body: JsonObject = {}
      const model = new Map<string, number>()
      for (const { path: keys, value } of edits) {
        const pointer = pointerTo(keys)
        const blocked = keys.some((_, n) => n > 0 && model.has(pointerTo(keys.slice(0, n))))
        const result = outcomeOf(() =>
          value === undefined ? deletePointer(body, pointer) : writePointer(body, pointer, value),
        )
        expect(result instanceof GatewayError).toBe(value !== undefined && blocked)
        if (result instanceof GatewayError) continue
        body = result
        for (const known of model.keys()) {
          if (known === pointer || known.startsWith(`${pointer}/`)) model.delete(known)
        }
        if (value !== undefined) model.set(pointer, value)
      }
      for (const [pointer, value] of model) expect(readPointer(body, pointer)).toBe(value)
      expect(countNumbers(body)).toBe(model.size)
    }),
  )
})

test('reads back what it wrote and leaves the body and every prototype as they were', () => {
  const keys = fc.oneof(key, fc.constantFrom('0', '1', '__proto__', 'constructor', 'toString'))
  const prototype = Object.getOwnPropertyNames(Object.prototype)
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(keys), (value, path_) => {
      const body = value as JsonObject
      const before = structuredClone(body)
      const pointer = pointerTo(path_)
      const result = outcomeOf(() => writePointer(body, pointer, 'new'))
      expect(result instanceof GatewayError || readPointer(result, pointer)).toBe(
        result instanceof GatewayError ? true : 'new',
      )
      outcomeOf(() => deletePointer(body, pointer))
      expect(body).toEqual(before)
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype)
    }),
  )
})

test('takes any text for a pointer without breaking', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const keys = outcomeOf(() => parsePointer(text))
      expect(keys instanceof GatewayError ? text : pointerTo(keys)).toBe(text)
    }),
  )
})

/** What it gives or how it fails; any other failure breaks the test. */
function outcomeOf<Result>(run: () => Result): Result | GatewayError {
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
    throw thrown
  }
}

function pointerTo(keys: readonly string[]): string {
  return keys.map((k) => `/${k.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function countNumbers(value: Json): number {
  if (typeof value === 'number') return 1
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, inner) => sum + countNumbers(inner), 0)
}
