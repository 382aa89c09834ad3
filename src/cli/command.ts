import { type CommandWords, UsageError } from './arguments.ts'

/** The one word that a command takes; `missing` says what it is. */
export function onlyWord({ words }: CommandWords, missing: string): string {
  const [word, spare] = words
  if (word === undefined) throw new UsageError(`Say ${missing}`)
  if (spare !== undefined) throw new UsageError(`\`${spare}\` is one word too many.`)
  return word
}

export function noWords({ words }: CommandWords): void {
  if (words[0] !== undefined) throw new UsageError(`\`${words[0]}\` is one word too many.`)
}

export function formatOf<const T extends string>(
  { format }: CommandWords,
  known: readonly [T, ...T[]],
): T {
  const found = known.find((name) => name === format)
  if (found !== undefined || format === null) return found ?? known[0]
  throw new UsageError(`--format takes ${known.join(' or ')}, not \`${format}\`.`)
}

/** A day's beginning (UTC) in ms since 1970. */
export function dayOf(flag: string, text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new UsageError(`--${flag} takes a day like 2026-01-31, not \`${text}\`.`)
}
