const QUOTE = 0x22
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
const CLOSE_BRACE = 0x7d
const CLOSE_BRACKET = 0x5d
const HIGHEST_SPACE = 0x20

/** The keys to look for, at whatever depth; each with its quotes. */
export interface Glance {
  /** Must stand there, with a string in it that is not empty. */
  readonly says: string
  /** Must stand there too. */
  readonly beside: string
  /** None of them may stand there. */
  readonly never: readonly string[]
}

/**
 * Whether JSON text, a byte a character, is one whole object that says what it must: told by its
 * quotes and brackets, at a tenth of what parsing costs. False may also mean that nobody knows.
 */
export function isWholeObject(text: string, { says, beside, never }: Glance): boolean {
  let depth = 0
  let hasSaid = false
  let hasBeside = false
  if (text.charCodeAt(0) !== OPEN_BRACE) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (end < 0 || standsAt(text, at, never)) return false
      hasSaid ||= text.startsWith(says, at) && hasText(text, end)
      hasBeside ||= text.startsWith(beside, at)
      at = end - 1
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--
      if (depth === 0) return hasSaid && hasBeside && isBlank(text, at + 1)
    }
  }
  return false
}

function standsAt(text: string, at: number, keys: readonly string[]): boolean {
  for (const key of keys) if (text.startsWith(key, at)) return true
  return false
}

/** Behind the closing quote; -1 where there is none. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (quote > 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote < 0 ? -1 : quote + 1
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote
  while (text[before - 1] === '\\') before--
  return (quote - before) % 2 === 1
}

/** Whether a key that ends at `at` has a string, and something in it. */
function hasText(text: string, at: number): boolean {
  const colon = pastSpace(text, at)
  if (text.charCodeAt(colon) !== COLON) return false
  const value = pastSpace(text, colon + 1)
  return text.charCodeAt(value) === QUOTE && text.charCodeAt(value + 1) !== QUOTE
}

function isBlank(text: string, from: number): boolean {
  return pastSpace(text, from) === text.length
}

function pastSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= HIGHEST_SPACE) at++
  return at
}
