import type { LogField, LogFilter, LogTerm } from './log-query.ts'

/** What a filter looks at in a row. Null is not known yet, or not known at all. */
export interface LogFacts {
  readonly id: string
  readonly episodeId: string
  readonly startedAt: number
  readonly functionName: string
  readonly variantName: string
  readonly requestedModel: string
  readonly model: string | null
  readonly provider: string | null
  readonly stream: boolean
  /** Null while the request runs: then it is neither `ok` nor an error. */
  readonly outcome: string | null
  readonly status: number | null
  readonly errorMessage: string | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly costNano: number | null
  readonly latencyUs: number | null
  readonly ttftUs: number | null
  readonly tags: Readonly<Record<string, string>>
  readonly inputPreview: string
  readonly outputPreview: string
}

/**
 * Whether a row in memory passes a filter. The store asks the same in SQL: names are compared
 * exactly, text without regard to the case of ASCII letters, and what is not known matches only a
 * negated term.
 */
export function matchesLog(filter: LogFilter, row: LogFacts): boolean {
  if (filter.from !== undefined && row.startedAt < filter.from) return false
  if (filter.to !== undefined && row.startedAt >= filter.to) return false
  return filter.terms.every((term) => holds(term, row) !== term.negated)
}

function holds(term: LogTerm, row: LogFacts): boolean {
  const { field, op, value } = term
  if (field === 'status') return hasStatus(term, row)
  if (field === 'text') return containsText(row, String(value))
  if (typeof value === 'number') return compare(NUMBERS[field]?.(row) ?? null, op, value)
  const names = field === 'tag' ? [tagOf(row, term.key ?? '')] : (NAMES[field]?.(row) ?? [])
  return names.some((name) => name !== null && matchesPattern(value, name))
}

function hasStatus({ op, value }: LogTerm, row: LogFacts): boolean {
  if (typeof value === 'number') return compare(row.status, op, value)
  return row.outcome !== null && (row.outcome === 'ok') === (value === 'ok')
}

function containsText(row: LogFacts, text: string): boolean {
  const { inputPreview, outputPreview, requestedModel, model, errorMessage } = row
  const wanted = foldCase(text)
  return [inputPreview, outputPreview, requestedModel, model, errorMessage].some(
    (part) => part !== null && foldCase(part).includes(wanted),
  )
}

/** As SQLite's LIKE does, so that a live row does not vanish once it is stored. */
export function foldCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** In the units of the query: milliseconds, US dollars, tokens. */
const NUMBERS: Readonly<Partial<Record<LogField, (row: LogFacts) => number | null>>> = {
  latency: ({ latencyUs }) => (latencyUs === null ? null : latencyUs / 1000),
  ttft: ({ ttftUs }) => (ttftUs === null ? null : ttftUs / 1000),
  cost: ({ costNano }) => (costNano === null ? null : costNano / 1e9),
  tokens: ({ inputTokens, outputTokens }) =>
    inputTokens === null && outputTokens === null ? null : (inputTokens ?? 0) + (outputTokens ?? 0),
}

const NAMES: Readonly<Partial<Record<LogField, (row: LogFacts) => (string | null)[]>>> = {
  outcome: (row) => [row.outcome],
  model: (row) => [row.requestedModel, row.model],
  provider: (row) => [row.provider],
  function: (row) => [row.functionName],
  variant: (row) => [row.variantName],
  episode: (row) => [row.episodeId],
  id: (row) => [row.id],
  stream: (row) => [String(row.stream)],
}

function tagOf(row: LogFacts, key: string): string | null {
  return Object.hasOwn(row.tags, key) ? (row.tags[key] ?? null) : null
}

function compare(actual: number | null, op: LogTerm['op'], wanted: number): boolean {
  if (actual === null) return false
  switch (op) {
    case '=':
      return actual === wanted
    case '>':
      return actual > wanted
    case '>=':
      return actual >= wanted
    case '<':
      return actual < wanted
    case '<=':
      return actual <= wanted
  }
}

/** `*` stands for any text. By search instead of by RegExp: no pattern can make it slow. */
function matchesPattern(pattern: string, name: string): boolean {
  const [start = '', ...pieces] = pattern.split('*')
  const end = pieces.pop()
  if (end === undefined) return name === pattern
  if (!name.startsWith(start)) return false
  let at = start.length
  for (const piece of pieces) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return name.length - end.length >= at && name.endsWith(end)
}
