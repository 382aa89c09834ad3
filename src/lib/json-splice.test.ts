import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { findTopLevel, splice } from './json-splice.ts'

const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n  ')
const key = fc.oneof(
  fc.constantFrom(
    'model',
    'stream',
    'mod',
    '"model"',
    'mo\\del',
    '{',
    '}',
    ':',
    ',',
    '',
    '__proto__',
    'é',
    '👋',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
)
/** The same string written in another way: some characters as escapes. */
const written = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat()).map(([plain, mask]) => {
    const units = [...Array(plain.length).keys()].map((at) => {
      const escape = `\\u${plain.charCodeAt(at).toString(16).padStart(4, '0')}`
      return (mask >> (at % 8)) & 1 ? escape : JSON.stringify(plain[at]).slice(1, -1)
    })
    // Halves of a pair stay together: bytes cannot hold one alone.
    const whole = /[\uD800-\uDFFF]/.test(plain)
      ? JSON.stringify(plain).slice(1, -1)
      : units.join('')
    return { plain, literal: `"${whole}"` }
  })
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json)),
  fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json, null, 2)),
  written(key).map(({ literal }) => literal),
  fc.constantFrom(
    '-1.5e+10',
    'true',
    'null',
    '{}',
    '[]',
    '[ ]',
    '"\\\\"',
    '"\\""',
    '"}],"',
    '{"model":{"model":1}}',
  ),
)
const member = fc.record({ key: written(key), value, around: fc.tuple(space, space, space, space) })
const object = fc
  .record({
    members: fc.array(member, { maxLength: 8 }),
    before: space,
    inside: space,
    after: space,
  })
  .map(({ members, before, inside, after }) => {
    const body = members
      .map(
        (m) =>
          m.around[0] + m.key.literal + m.around[1] + ':' + m.around[2] + m.value + m.around[3],
      )
      .join(',')
    return { members, text: `${before}{${inside}${body}}${after}` }
  })

test('finds each value of a key just where it stands', () => {
  fc.assert(
    fc.property(object, key, ({ members, text }, extra) => {
      const bytes = Buffer.from(text)
      for (const wanted of [extra, 'model', ...members.map((m) => m.key.plain)]) {
        const found = findTopLevel(bytes, wanted).map(({ start, end }) =>
          bytes.toString('utf8', start, end),
        )
        expect(found).toEqual(members.filter((m) => m.key.plain === wanted).map((m) => m.value))
      }
    }),
    { numRuns: 400 },
  )
})

test('a splice changes the one value and no other byte', () => {
  fc.assert(
    fc.property(object, fc.nat(), ({ members, text }, pick) => {
      const chosen = members[pick % Math.max(1, members.length)]
      if (!chosen) return
      const bytes = Buffer.from(text)
      const span = findTopLevel(bytes, chosen.key.plain).at(-1)
      if (!span) throw new Error('not found')
      const after = splice(bytes, span, '"new"')
      expect(after.subarray(0, span.start)).toEqual(bytes.subarray(0, span.start))
      expect(after.subarray(span.start + 5)).toEqual(bytes.subarray(span.end))
      // `JSON.parse` takes the last of equal keys, and so did we.
      const entries = Object.entries(JSON.parse(after.toString()))
      expect(entries.find(([name]) => name === chosen.key.plain)?.[1]).toBe('new')
    }),
    { numRuns: 200 },
  )
})

test('keys inside values are not found', () => {
  expect(
    findTopLevel(Buffer.from('{"a":{"model":1},"b":["model",{"model":2}],"c":"model"}'), 'model'),
  ).toEqual([])
})

test.each(['[]', '3', '"model"', '', '   ', 'null', '{'])('finds nothing in %j', (text) => {
  expect(findTopLevel(Buffer.from(text), 'model')).toEqual([])
})
