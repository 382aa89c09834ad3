/** A request whose head says all there is to know in the plainest way. */
export interface PlainHead {
  readonly url: string
  /** By lower-case names, each of them there once. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the body, bytes. */
  readonly length: number
  /** Where the body begins. */
  readonly size: number
}

/** A longer head is read by others. */
const MOST_BYTES = 16 * 1024
const MOST_HEADERS = 100
const FIRST_LINE = /POST (\/[!-~]*) HTTP\/1\.1\r\n/y
const HEADER = /([!#$%&'*+.^`|~0-9A-Za-z-]+):[ \t]*([!-~](?:[\t -~]*[!-~])?)?[ \t]*\r\n/y
const LENGTH = /^\d{1,9}$/
/** They change how long the body is, what it is made of, or what becomes of the connection. */
const SPECIAL: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Reads the head at the front of `bytes` if it is whole and plain: a POST of HTTP/1.1 with one
 * length, one host, nothing twice and nothing unusual, so that no two readers could understand it
 * differently. Null for everything else, right or wrong: that is for a whole parser of HTTP.
 */
export function readPlainHead(bytes: Buffer): PlainHead | null {
  const text = bytes.toString('latin1', 0, MOST_BYTES)
  FIRST_LINE.lastIndex = 0
  const url = FIRST_LINE.exec(text)?.[1]
  if (url === undefined) return null
  const headers: Record<string, string> = {}
  let at = FIRST_LINE.lastIndex
  for (let count = 0; text.charCodeAt(at) !== CR; count++) {
    HEADER.lastIndex = at
    const found = HEADER.exec(text)
    if (!found || count >= MOST_HEADERS) return null
    const name = (found[1] ?? '').toLowerCase()
    const value = found[2] ?? ''
    if (name in headers || (SPECIAL.has(name) && !isKeepAlive(name, value))) return null
    headers[name] = value
    at = HEADER.lastIndex
  }
  if (text.charCodeAt(at + 1) !== LF) return null
  const length = headers['content-length'] ?? ''
  if (!LENGTH.test(length) || headers['host'] === undefined) return null
  return { url, headers, length: Number(length), size: at + 2 }
}

const CR = 0x0d
const LF = 0x0a

/** What HTTP/1.1 does anyway. */
function isKeepAlive(name: string, value: string): boolean {
  return name === 'connection' && value.toLowerCase() === 'keep-alive'
}
