import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Secret } from '../lib/secret.ts'
import { rotateKeyFile, SecretBox, type SecretPlace } from './secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')
const PLACE: SecretPlace = { table: 'provider', column: 'api_key', row: '7' }
const box = SecretBox.fromText(`a:${key(1)}`)
const bytesOf = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url'))
const code = { code: 'upstream_credential' }

test('every secret opens again at its place, and nowhere else', () => {
  const place = fc.record({ table: fc.string(), column: fc.string(), row: fc.string() })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), place, (text, at) => {
      const sealed = box.seal(new Secret(text), at)
      expect(sealed).toMatch(/^v1\.a\.[\w-]{16}\.[\w-]+$/)
      expect(box.open(sealed, at).reveal()).toBe(text.toWellFormed())
      expect(() => box.open(sealed, { ...at, row: `${at.row}x` })).toThrow('for another place')
    }),
  )
})

test('the same secret is sealed in another way each time', () => {
  const secret = new Secret('s')
  expect(box.seal(secret, PLACE)).not.toBe(box.seal(secret, PLACE))
})

test('one changed letter is noticed', () => {
  const sealed = box.seal(new Secret('very secret'), PLACE)
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'b', '.', '-'), (at, letter) => {
      const changed = sealed.slice(0, at) + letter + sealed.slice(at + 1)
      // A last letter may stand for the same bytes as another.
      fc.pre(!isDeepStrictEqual(bytesOf(changed), bytesOf(sealed)))
      expect(() => box.open(changed, PLACE)).toThrow('`api_key` of provider 7 cannot be read')
    }),
  )
})

test.each(['sk-plain-text', '', 'v1', 'v1.a', 'v1.a..', 'v2.a.b.c', 'v1.a.b.c.d'])(
  'what is no envelope is an error, never a plain text: %s',
  (text) => {
    expect(() => box.open(text, PLACE)).toThrow(expect.objectContaining(code))
  },
)

test('another key does not open it, and says so', () => {
  const sealed = box.seal(new Secret('s'), PLACE)
  expect(() => SecretBox.fromText(`b:${key(1)}`).open(sealed, PLACE)).toThrow('the key `a`')
  expect(() => SecretBox.fromText(`a:${key(2)}`).open(sealed, PLACE)).toThrow('damaged')
})

test('a key file is made once, for its owner alone, and serves two processes', () => {
  const path = join(folder, 'one.key')
  const sealed = SecretBox.fromFile(path).seal(new Secret('s'), PLACE)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(SecretBox.fromFile(path).open(sealed, PLACE).reveal()).toBe('s')
})

test('after a rotation old secrets open, and are sealed anew', () => {
  const path = join(folder, 'two.key')
  const before = SecretBox.fromFile(path).seal(new Secret('s'), PLACE)
  rotateKeyFile(path)
  const rotated = SecretBox.fromFile(path)
  const after = rotated.reseal(before, PLACE)
  expect(after.split('.')[1]).not.toBe(before.split('.')[1])
  expect(rotated.open(after, PLACE).reveal()).toBe('s')
  expect(rotated.reseal(after, PLACE)).toBe(after)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test.each(['', 'no key', `a:${key(1).slice(4)}`, `a:${key(1)}\na:${key(2)}`])(
  'a key that is none is said at once: %s',
  (text) => {
    expect(() => SecretBox.fromText(text)).toThrow(/key for stored secrets/)
  },
)
