import { networkInterfaces } from 'node:os'
import { isLoopback } from '../http/server.ts'
import { UsageError } from './arguments.ts'

export interface Bind {
  readonly host: string
  readonly port: number
  /** Nobody chose it: the next free port will do as well. */
  readonly isDefault: boolean
}

const DEFAULT: Bind = { host: '127.0.0.1', port: 3000, isDefault: true }

/** Reads `HOST:PORT`, `[v6]:PORT` or `:PORT`. The command line and the file may not both say it. */
export function readBind(flag: string | null, file: string | null): Bind {
  if (flag !== null && file !== null) {
    throw new UsageError(
      'The bind address stands in the configuration and on the command line (or in the environment): keep one.',
    )
  }
  const text = flag ?? file
  if (text === null) return DEFAULT
  const match = /^(\[[\da-fA-F:.]+\]|[^:]*):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535) {
    throw new UsageError(
      `\`${text}\` is not a bind address: write HOST:PORT, such as 127.0.0.1:3000.`,
    )
  }
  const host = (match[1] ?? '').replaceAll(/[[\]]/g, '')
  return { host: host === '' ? '0.0.0.0' : host, port, isDefault: false }
}

/** Addresses that a client on this machine, or in its network, can really use. */
export function reachableAddresses(host: string, port: number): string[] {
  if (isLoopback(host)) return [`http://localhost:${port}`]
  if (host !== '0.0.0.0' && host !== '::') return [`http://${bracketed(host)}:${port}`]
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:${port}`)
  return [`http://localhost:${port}`, ...others]
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
