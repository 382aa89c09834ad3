import { GatewayError } from '../../domain/errors.ts'
import type { LogField, LogFilter, LogTerm } from '../../domain/log-query.ts'
import { timeIn } from './record-rows.ts'

/** Values that a query names: `add` gives the words that stand for one in the SQL. */
export class Bindings {
  readonly params: Record<string, unknown> = {}

  add(
    type: 'String' | 'Float64' | 'Int64' | `Array(${'String' | 'Int64' | 'UUID'})`,
    value: unknown,
  ): string {
    const name = `p${Object.keys(this.params).length}`
    this.params[name] = value
    return `{${name}: ${type}}`
  }
}

const MOST_TERMS = 50
const LONGEST_VALUE = 1000

/**
 * The filter as a condition on `WeirInference`. It means what `matchesLog` means for rows in memory:
 * names are compared exactly, texts without regard to the case of ASCII letters, and what is not
 * known matches only a negated term.
 */
export function compileFilter(filter: LogFilter, bindings: Bindings): string {
  if (filter.terms.length > MOST_TERMS) {
    throw new GatewayError('invalid_request', `Use at most ${MOST_TERMS} terms in one search.`)
  }
  const parts = filter.terms.map((term) => compileTerm(term, bindings))
  const { from, to } = filter
  if (from !== undefined) parts.push(`started_at >= ${timeOf(from, bindings)}`)
  if (to !== undefined) parts.push(`started_at < ${timeOf(to, bindings)}`)
  return parts.length === 0 ? '1' : parts.map((part) => `(${part})`).join(' AND ')
}

function timeOf(ms: number, bindings: Bindings): string {
  return `fromUnixTimestamp64Milli(${bindings.add('Int64', timeIn(ms))}, 'UTC')`
}

function compileTerm(term: LogTerm, bindings: Bindings): string {
  if (typeof term.value === 'string' && term.value.length > LONGEST_VALUE) {
    const message = `Search for at most ${LONGEST_VALUE} characters at once.`
    throw new GatewayError('invalid_request', message)
  }
  const meaning = `ifNull(${meaningOf(term, bindings)}, 0)`
  return term.negated ? `NOT ${meaning}` : meaning
}

function meaningOf(term: LogTerm, bindings: Bindings): string {
  const { field, op, value } = term
  if (field === 'status' && typeof value === 'string') {
    return value === 'ok' ? "outcome = 'ok'" : "outcome != 'ok'"
  }
  const number = NUMBERS[field]
  if (number !== undefined) {
    return `${number} ${OPERATORS[op]} ${bindings.add('Float64', Number(value))}`
  }
  if (field === 'tag') return compileTag(term.key ?? '', String(value), bindings)
  return TEXTS[field]?.(String(value), bindings) ?? '0'
}

const OPERATORS: Readonly<Record<LogTerm['op'], string>> = {
  '=': '=',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
}

/** In the units of the query. */
const NUMBERS: Readonly<Partial<Record<LogField, string>>> = {
  status: 'toFloat64(status)',
  latency: 'latency_us / 1000',
  ttft: 'ttft_us / 1000',
  cost: 'cost_nano / 1e9',
  tokens: `if(input_tokens IS NULL AND output_tokens IS NULL, NULL,
    toFloat64(ifNull(input_tokens, 0) + ifNull(output_tokens, 0)))`,
}

type Compile = (value: string, bindings: Bindings) => string

const TEXTS: Readonly<Partial<Record<LogField, Compile>>> = {
  model: (value, bindings) =>
    `ifNull(${matches('model', value, bindings)}, 0) OR ${matches('requested_model', value, bindings)}`,
  provider: (value, bindings) => matches('provider', value, bindings),
  function: (value, bindings) => matches('function_name', value, bindings),
  variant: (value, bindings) => matches('variant_name', value, bindings),
  id: (value, bindings) => matches('id', value, bindings),
  episode: (value, bindings) => matches('episode_id', value, bindings),
  outcome: (value, bindings) => `outcome = ${bindings.add('String', value)}`,
  stream: (value) => (value === 'true' ? 'stream' : 'NOT stream'),
  text: compileText,
}

/** `*` stands for any text; what else LIKE finds special is taken literally. */
function matches(column: string, value: string, bindings: Bindings): string {
  if (!value.includes('*')) return `${column} = ${bindings.add('String', value)}`
  const pattern = value.replaceAll(/[\\%_]/g, '\\$&').replaceAll(/\*+/g, '%')
  return `${column} LIKE ${bindings.add('String', pattern)}`
}

function compileTag(key: string, value: string, bindings: Bindings): string {
  const name = bindings.add('String', key)
  return `mapContains(tags, ${name}) AND ${matches(`tags[${name}]`, value, bindings)}`
}

const SEARCHED = ['input_preview', 'output_preview', 'error_message', 'model', 'requested_model']

/** Of letters, only ASCII ones are folded: what SQLite and the live log do. */
function compileText(value: string, bindings: Bindings): string {
  const wanted = bindings.add('String', value)
  return SEARCHED.map(
    (column) => `ifNull(positionCaseInsensitive(${column}, ${wanted}) > 0, 0)`,
  ).join(' OR ')
}
