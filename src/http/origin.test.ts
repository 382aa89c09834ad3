import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { asksFromHere, checkOrigin } from './origin.ts'

const verdict = (host: string | undefined, origin?: string, loopback = true) =>
  checkOrigin(
    { ...(host !== undefined && { host }), ...(origin !== undefined && { origin }) },
    { allowedHosts: new Set(['gateway.example']), loopback },
  )?.code ?? 'allowed'

test.each([
  ['localhost:3000', 'allowed'],
  ['LOCALHOST:3000', 'allowed'],
  ['localhost', 'allowed'],
  ['127.0.0.1:3000', 'allowed'],
  ['10.1.2.3:3000', 'allowed'],
  ['[::1]:3000', 'allowed'],
  ['[::1]', 'allowed'],
  ['gateway.example', 'allowed'],
  ['Gateway.Example:8080', 'allowed'],
  [undefined, 'allowed'],
  ['evil.example:3000', 'forbidden'],
  ['localhost.evil.example', 'forbidden'],
  ['evil-localhost:3000', 'forbidden'],
  ['127.0.0.1.evil.example', 'forbidden'],
  ['gateway.example.evil', 'forbidden'],
  ['2130706433', 'forbidden'],
])('on loopback the host %s is %s', (host, expected) => {
  expect(verdict(host)).toBe(expected)
})

test('elsewhere any host name will do', () => {
  expect(verdict('gateway.internal:3000', undefined, false)).toBe('allowed')
})

test.each([
  ['localhost:3000', undefined, 'allowed'],
  ['localhost:3000', 'http://localhost:3000', 'allowed'],
  ['LocalHost:3000', 'http://localhost:3000', 'allowed'],
  ['localhost:3000', 'http://localhost:4000', 'forbidden'],
  ['localhost:3000', 'http://127.0.0.1:3000', 'forbidden'],
  ['localhost:3000', 'https://evil.example', 'forbidden'],
  ['localhost:3000', 'null', 'forbidden'],
  ['localhost:3000', '', 'forbidden'],
  ['localhost:3000', 'not a url', 'forbidden'],
  ['localhost:3000', 'https://gateway.example', 'allowed'],
  ['localhost:3000', 'https://gateway.example:8443', 'allowed'],
  ['localhost:3000', 'https://gateway.example.evil', 'forbidden'],
  ['localhost', 'http://localhost', 'allowed'],
  [undefined, 'null', 'forbidden'],
  ['[::1]:3000', 'http://[::1]:3000', 'allowed'],
])('at %s a page of %s is %s', (host, origin, expected) => {
  expect(verdict(host, origin)).toBe(expected)
})

test('a page of another site is forbidden on any address', () => {
  expect(verdict('gateway.internal', 'http://gateway.internal', false)).toBe('allowed')
  expect(verdict('gateway.internal', 'http://evil.example', false)).toBe('forbidden')
})

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['128.0.0.1', false],
  [undefined, false],
])('%s is this machine: %s', (remoteAddress, expected) => {
  expect(asksFromHere({ remoteAddress } as Socket)).toBe(expected)
})
