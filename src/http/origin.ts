import type { IncomingHttpHeaders } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { GatewayError } from '../domain/errors.ts'

interface Expected {
  readonly allowedHosts: ReadonlySet<string>
  readonly loopback: boolean
}

/**
 * Guards a local server against web pages: a page on another site may make a browser call us, with
 * a foreign `Origin`, or under a foreign `Host` that it made point here (DNS rebinding).
 */
export function checkOrigin(
  headers: IncomingHttpHeaders,
  expected: Expected,
): GatewayError | undefined {
  const host = hostName(headers.host ?? '')
  if (expected.loopback && !isOwnHost(host, expected.allowedHosts)) {
    return new GatewayError(
      'forbidden',
      `The host name \`${host}\` is not one of this gateway's: call it as localhost, or allow the name with --allowed-host.`,
    )
  }
  const { origin } = headers
  if (origin === undefined) return undefined
  const from = hostOfOrigin(origin)
  const own = headers.host?.toLowerCase()
  if (from !== '' && (from === own || expected.allowedHosts.has(hostName(from)))) return undefined
  return new GatewayError(
    'forbidden',
    `Pages of \`${origin}\` may not call this gateway from a browser.`,
  )
}

/** Whether a connection comes from this machine. */
export function asksFromHere(socket: Socket): boolean {
  const address = socket.remoteAddress ?? ''
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}

function isOwnHost(host: string, allowed: ReadonlySet<string>): boolean {
  return host === 'localhost' || host === '' || isIP(host) > 0 || allowed.has(host)
}

/** `[::1]:3000` → `::1`, `Name:3000` → `name`. */
function hostName(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '')
  return name.toLowerCase()
}

/** '' for what is no address, such as the `null` of a page without one. */
function hostOfOrigin(origin: string): string {
  return URL.parse(origin)?.host ?? ''
}
