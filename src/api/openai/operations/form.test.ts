import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../../domain/errors.ts'
import { errorOf } from './fixtures/request.ts'
import { findFields, withFields } from './form.ts'

const TYPE = 'multipart/form-data; boundary=xyz'

function formOf(...fields: (readonly [string, string | Buffer])[]): Buffer {
  const pieces = fields.flatMap(([headers, value]) => [
    Buffer.from(`--xyz\r\n${headers}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from('--xyz--\r\n')])
}

const named = (name: string) => `Content-Disposition: form-data; name="${name}"`
const FILE =
  'content-disposition: form-data; name="file"; filename="a \\"b\\".mp3"\r\nContent-Type: audio/mpeg'

test('finds fields and files', () => {
  const body = formOf([named('model'), 'whisper'], [FILE, 'bytes'], [named('empty'), ''])
  const fields = findFields(body, TYPE)
  expect(fields).toMatchObject([
    { name: 'model' },
    { name: 'file', filename: 'a "b".mp3', contentType: 'audio/mpeg' },
    { name: 'empty' },
  ])
  const values = fields.map(({ start, end }) => body.toString('utf8', start, end))
  expect(values).toEqual(['whisper', 'bytes', ''])
})

test('a boundary may stand in quotes', () => {
  const body = formOf([named('model'), 'm'])
  expect(findFields(body, 'multipart/form-data; charset=utf-8; Boundary="xyz"')).toHaveLength(1)
})

test('changes and leaves out fields, and touches nothing else', () => {
  const value = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(value, value, fc.string(), (one, two, model) => {
      const parts = [
        [FILE, one],
        [named('gone'), two],
      ] as const
      fc.pre(![...parts].some(([, bytes]) => bytes.includes('--xyz')))
      const body = formOf(parts[0], [named('model'), 'm'], parts[1])
      const changed = withFields(body, findFields(body, TYPE), ({ name }) => {
        if (name === 'gone') return null
        return name === 'model' ? model : undefined
      })
      expect(changed).toEqual(formOf(parts[0], [named('model'), model]))
    }),
  )
})

test.each([
  ['no boundary in its type', Buffer.from('--xyz--'), 'multipart/form-data'],
  ['no boundary in it', Buffer.from('hello'), TYPE],
  ['no end', formOf([named('a'), 'b']).subarray(0, -12), TYPE],
  ['no headers', Buffer.from('--xyz\r\n'), TYPE],
])('refuses a form with %s', (_, body, type) => {
  expect(errorOf(() => findFields(body, type)).code).toBe('invalid_request')
})

test('no bytes make it fail in another way', () => {
  const pieces = fc.constantFrom('--xyz', '\r\n', '\r\n\r\n', '--', named('a'), 'x')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (texts) => {
      try {
        expect(findFields(Buffer.from(texts.join('')), TYPE)).toBeDefined()
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GatewayError)
      }
    }),
  )
})
