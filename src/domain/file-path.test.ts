import { expect, test } from 'vitest'
import { blake3Hex } from '../lib/hash.ts'
import { pathOfFile } from './file-path.ts'

test.each([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['Image/SVG+XML', 'svg'],
  ['text/plain', 'txt'],
  ['application/x-tar', 'xtar'],
  ['', 'bin'],
])('a file of type "%s" ends with `.%s`, after the hash of its base64', (mimeType, ending) => {
  expect(pathOfFile('AAE=', mimeType)).toBe(`observability/files/${blake3Hex('AAE=')}.${ending}`)
})
