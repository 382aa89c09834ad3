import { GatewayError } from '../../domain/errors.ts'
import type { LogField, LogFilter, LogTerm } from '../../domain/log-query.ts'
import { OUTCOMES } from '../../domain/record.ts'
import { encodeText } from './text.ts'

const MOST_TERMS = 50
const LONGEST_VALUE = 1000

type Value = string | number | null | readonly string[] | readonly number[]

/** Collects the values of a query, and names each by its number. */
export class Values {
  readonly list: Value[] = []

  add(value: Value): string {
    this.list.push(value)
    return `$${this.list.length}`
  }
}

/**
 * The filter as a condition on `inference i`. It means what `matchesLog` means for rows in memory:
 * names are compared exactly, texts without regard to the case of ASCII letters, and what is not
 * known matches only a negated term.
 */
export function compileFilter(filter: LogFilter, values: Values): string {
  if (filter.terms.length > MOST_TERMS) {
    throw new GatewayError('invalid_request', `Use at most ${MOST_TERMS} terms in one search.`)
  }
  const parts = filter.terms.map((term) => compileTerm(term, values))
  if (filter.from !== undefined) parts.push(`i.started_at >= ${timeAt(filter.from, values)}`)
  if (filter.to !== undefined) parts.push(`i.started_at < ${timeAt(filter.to, values)}`)
  return parts.length === 0 ? 'true' : parts.join(' AND ')
}

/** Beyond these, `timestamptz` and ISO 8601 differ; nothing is stored there. */
const FIRST_MS = Date.UTC(1, 0, 1)
const LAST_MS = Date.UTC(9999, 11, 31, 23)

export function timeAt(ms: number, values: Values): string {
  const within = Math.max(FIRST_MS, Math.min(LAST_MS, ms))
  return `${values.add(new Date(within).toISOString())}::timestamptz`
}

function compileTerm(term: LogTerm, values: Values): string {
  if (typeof term.value === 'string' && term.value.length > LONGEST_VALUE) {
    const message = `Search for at most ${LONGEST_VALUE} characters at once.`
    throw new GatewayError('invalid_request', message)
  }
  const text = meaningOf(term, values)
  return term.negated ? `NOT coalesce(${text}, false)` : `(${text})`
}

function meaningOf(term: LogTerm, values: Values): string {
  const { field, op, value } = term
  if (field === 'status' && typeof value === 'string') {
    return value === 'ok' ? `i.outcome = 'ok'` : `i.outcome <> 'ok'`
  }
  const number = NUMBERS[field]
  if (number !== undefined) return `${number} ${op} ${values.add(Number(value))}::float8`
  if (field === 'tag') return compileTag(term.key ?? '', String(value), values)
  return TEXTS[field]?.(String(value), values) ?? 'false'
}

/** In the units of the query. */
const NUMBERS: Readonly<Partial<Record<LogField, string>>> = {
  status: 'i.status',
  latency: 'i.latency_us / 1000.0::float8',
  ttft: 'i.ttft_us / 1000.0::float8',
  cost: 'i.cost_nano / 1e9::float8',
  tokens: `CASE WHEN i.input_tokens IS NOT NULL OR i.output_tokens IS NOT NULL
    THEN coalesce(i.input_tokens, 0) + coalesce(i.output_tokens, 0) END`,
}

const TEXTS: Readonly<Partial<Record<LogField, (value: string, values: Values) => string>>> = {
  model: (value, values) =>
    `coalesce(${matches('i.model', value, values)}, false)
      OR ${matches('i.requested_model', value, values)}`,
  provider: (value, values) => matches('i.provider', value, values),
  function: (value, values) => matches('i.function_name', value, values),
  variant: (value, values) => matches('i.variant_name', value, values),
  id: (value, values) => matches('i.id', value, values),
  episode: (value, values) => matches('i.episode_id', value, values),
  text: compileText,
  outcome: (value) =>
    OUTCOMES.some((known) => known === value) ? `i.outcome = '${value}'` : 'false',
  stream: (value) => (value === 'true' ? 'i.stream' : 'NOT i.stream'),
}

/** `*` stands for any text; everything else for itself. */
function matches(column: string, value: string, values: Values): string {
  const text = encodeText(value)
  if (!text.includes('*')) return `${column} = ${values.add(text)}`
  return `${column} LIKE ${values.add(escapePattern(text).replaceAll('*', '%'))}`
}

function compileTag(key: string, value: string, values: Values): string {
  const name = encodeText(key)
  if (value.includes('*')) return matches(`(i.tags ->> ${values.add(name)}::text)`, value, values)
  return `i.tags @> ${values.add(JSON.stringify({ [name]: encodeText(value) }))}::jsonb`
}

function compileText(value: string, values: Values): string {
  const pattern = values.add(`%${escapePattern(encodeText(value))}%`)
  const columns = ['input_preview', 'output_preview', 'error_message', 'model', 'requested_model']
  return columns
    .map((column) => `coalesce(i.${column} COLLATE "C" ILIKE ${pattern}, false)`)
    .join(' OR ')
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}
