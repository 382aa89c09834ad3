import { assert, json, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { createFormat } from './format.ts'
import { indentJson } from './json.tsx'
import { linesOf } from './lines.ts'
import { safeUrl } from './markdown.tsx'
import { plainUntrusted } from './untrusted.tsx'

test('indenting changes nothing that JSON means', () => {
  assert(
    property(json(), (text) => {
      expect(JSON.parse(indentJson(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('indenting keeps long numbers and doubled keys, and leaves other text alone', () => {
  expect(indentJson('{"n":12345678901234567890,"n":1,"e":{}}')).toBe(
    '{\n  "n": 12345678901234567890,\n  "n": 1,\n  "e": {}\n}',
  )
  expect(indentJson('data: {"a":1}')).toBe('data: {"a":1}')
})

test('any text, however broken, is indented without an error', () => {
  assert(
    property(string(), (text) => {
      expect(squeezed(indentJson(`{${text}`))).toBe(squeezed(`{${text}`))
    }),
  )
})

test('lines are numbered, and a long one is cut into pieces that say so', () => {
  expect(linesOf('a\r\nb')).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: 'b' },
  ])
  const pieces = linesOf('x'.repeat(4_500))
  expect(pieces.map((piece) => piece.number)).toEqual([1, null, null])
  expect(pieces.map((piece) => piece.text).join('')).toHaveLength(4_500)
})

test.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  '/internal',
  'http:evil.example',
  'file:///etc/passwd',
  'https://',
])('%j is no address to follow', (href) => {
  expect(safeUrl(href)).toBeNull()
})

test('full web and mail addresses can be followed', () => {
  expect(safeUrl('https://example.com/a')?.host).toBe('example.com')
  expect(safeUrl('mailto:a@example.com')?.protocol).toBe('mailto:')
})

test('hidden characters are spelled out', () => {
  expect(plainUntrusted('a\u202Eb\u{E0041}')).toBe('a[U+202E]b[U+E0041]')
})

test('unknown numbers are a dash, never nought', () => {
  const format = createFormat('en')
  expect([format.count(null), format.cost(null), format.duration(null)]).toEqual(['–', '–', '–'])
  expect([format.cost(0), format.cost(0.00027), format.cost(0.0031), format.cost(4.118)]).toEqual([
    '$0',
    '$0.00027',
    '$0.0031',
    '$4.12',
  ])
  expect([0.93, 612.4, 1_942, 123_000].map((ms) => format.duration(ms))).toEqual([
    '0.9 ms',
    '612 ms',
    '1.94 s',
    '2 min 3 s',
  ])
})

function squeezed(text: string): string {
  return text.replace(/\s+/g, '')
}
