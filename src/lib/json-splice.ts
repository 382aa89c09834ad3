/** Where a value stands in JSON bytes: from its first byte to behind its last. */
export interface Span {
  readonly start: number
  readonly end: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d])
const COMMA = 0x2c
const COLON = 0x3a

/**
 * The spans of a top-level key's values in the bytes of a JSON object: one for each time the key
 * stands there. The bytes must be valid JSON. Keys written with escapes are compared unescaped.
 */
export function findTopLevel(bytes: Uint8Array, key: string): Span[] {
  const spans: Span[] = []
  let at = skipSpace(bytes, 0) + 1
  for (;;) {
    at = skipSpace(bytes, at)
    if (bytes[at] !== QUOTE) return spans
    const keyEnd = endOfString(bytes, at)
    const found = isKey(bytes.subarray(at, keyEnd), key)
    at = skipSpace(bytes, keyEnd)
    if (bytes[at] !== COLON) return spans
    const start = skipSpace(bytes, at + 1)
    const end = endOfValue(bytes, start)
    if (found) spans.push({ start, end })
    at = skipSpace(bytes, end)
    if (bytes[at] !== COMMA) return spans
    at++
  }
}

/** `bytes` with `replacement` in place of a span. */
export function splice(bytes: Buffer, span: Span, replacement: string): Buffer {
  return Buffer.concat([
    bytes.subarray(0, span.start),
    Buffer.from(replacement),
    bytes.subarray(span.end),
  ])
}

/** How often something stands in a text: its place where it does so once. */
export function stands(text: string, what: string): number | 'twice' | 'never' {
  const first = text.indexOf(what)
  if (first < 0) return 'never'
  return text.includes(what, first + 1) ? 'twice' : first
}

function isKey(literal: Uint8Array, key: string): boolean {
  const text = Buffer.from(literal.buffer, literal.byteOffset, literal.byteLength).toString('utf8')
  return text === `"${key}"` || (text.includes('\\') && JSON.parse(text) === key)
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (SPACE.has(bytes[at] ?? -1)) at++
  return at
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at + 1
}

function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0
  let at = start
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) {
      at = endOfString(bytes, at)
      if (depth === 0) return at
      continue
    }
    if (OPEN.has(byte)) depth++
    if (CLOSE.has(byte)) {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    }
    if (depth === 0 && (byte === COMMA || SPACE.has(byte))) return at
    at++
  }
  return at
}
