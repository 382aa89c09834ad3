import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * Addresses that are nobody's on the public internet: of this machine, of private networks, shared,
 * reserved, multicast, and those by which clouds tell their machines secrets. Source: IANA's
 * registries of special-purpose addresses; 168.63.129.16 is Azure's.
 */
const NOT_PUBLIC_4 = ranges(
  'ipv4',
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32
  169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`,
)

/** Within 2000::/3, outside of which nothing is public: what stands for IPv4, and reserved ones. */
const NOT_PUBLIC_6 = ranges('ipv6', '2001::/23 2001:db8::/32 2002::/16 3fff::/20')
const GLOBAL_6 = ranges('ipv6', '2000::/3')

/** Whether an IP address is another machine's on the public internet. */
export function isPublic(address: string): boolean {
  const bare = address.split('%')[0] ?? ''
  if (isIP(bare) === 0 || isOwn(bare)) return false
  if (isIP(bare) === 4) return !NOT_PUBLIC_4.check(bare, 'ipv4')
  return GLOBAL_6.check(bare, 'ipv6') && !NOT_PUBLIC_6.check(bare, 'ipv6')
}

function isOwn(address: string): boolean {
  const own = new BlockList()
  for (const each of Object.values(networkInterfaces()).flatMap((found) => found ?? [])) {
    own.addAddress(each.address, each.family === 'IPv4' ? 'ipv4' : 'ipv6')
  }
  return own.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

function ranges(family: 'ipv4' | 'ipv6', written: string): BlockList {
  const list = new BlockList()
  for (const range of written.split(/\s+/)) {
    const [start = '', bits = ''] = range.split('/')
    list.addSubnet(start, Number(bits), family)
  }
  return list
}

/** The host has an address that only machines nearby should be asked at. */
export class NotPublicError extends Error {
  override readonly name = 'NotPublicError'
}

/**
 * Finds a host's addresses for a connection, which then goes to one of them: nobody can change what
 * the name means between the check and the connection. Fails if any is not public.
 */
export const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '')
    const [first] = found
    if (!first || !found.every(({ address }) => isPublic(address))) {
      return done(new NotPublicError(`The address of ${host} is not a public one`), '')
    }
    if (options.all) done(null, found)
    else done(null, first.address, first.family)
  })
}
