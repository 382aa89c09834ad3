import { expect, test } from 'vitest'
import { splitDataUrl } from './data-url.ts'

test.each<[string, string | undefined, string | undefined]>([
  ['data:image/png;base64,AAE=', 'image/png', 'AAE='],
  ['data:text/plain;charset=utf-8;base64,YQ==', 'text/plain', 'YQ=='],
  ['data:,a,b\nc', '', 'a,b\nc'],
  ['data:image/png', undefined, undefined],
  ['https://example.com/data:image/png,a', undefined, undefined],
])('%j names the type %j and holds %j', (url, type, data) => {
  expect(splitDataUrl(url)).toEqual({ type, data })
})
