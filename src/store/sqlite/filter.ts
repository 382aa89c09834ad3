import type { SQLInputValue } from 'node:sqlite'
import { GatewayError } from '../../domain/errors.ts'
import type { LogField, LogFilter, LogTerm } from '../../domain/log-query.ts'
import { OUTCOME_CODES } from './hot-schema.ts'
import { encodeId } from './values.ts'

/**
 * SQL made of constant pieces, and the values bound to its question marks, in order. `:low` and
 * `:high` are the seqs between which the query looks.
 */
export interface Sql {
  readonly text: string
  readonly values: readonly SQLInputValue[]
}

const MOST_TERMS = 50
const LONGEST_VALUE = 1000

/**
 * The filter as a condition on `inference i`. It means what `matchesLog` means for rows in memory:
 * names are compared exactly, texts without regard to the case of ASCII letters, and what is not
 * known matches only a negated term.
 */
export function compileFilter(filter: LogFilter): Sql {
  requireFew(filter)
  const parts = filter.terms.map(compileTerm)
  if (filter.from !== undefined) parts.push(sql('i.started_at >= ?', filter.from))
  if (filter.to !== undefined) parts.push(sql('i.started_at < ?', filter.to))
  return {
    text: parts.length === 0 ? '1' : parts.map((part) => part.text).join(' AND '),
    values: parts.flatMap((part) => part.values),
  }
}

/**
 * The filter as far as rows tell, for who reads the whole texts of those it leaves. `select` are the
 * columns `in_row_N`: 1 where the row itself has the N-th text that is wanted.
 */
export function compileTextFilter(filter: LogFilter): {
  readonly condition: Sql
  readonly select: Sql
} {
  requireFew(filter)
  const inRow = filter.terms.filter(isWantedText).map(compileTerm)
  return {
    condition: compileFilter({ ...filter, terms: filter.terms.filter((t) => !isWantedText(t)) }),
    select: {
      text: inRow.map(({ text }, index) => `, ${text} AS in_row_${index}`).join(''),
      values: inRow.flatMap(({ values }) => values),
    },
  }
}

/** The texts that a row must have, or those it must not have. */
export function textsOf({ terms }: LogFilter, negated: boolean): string[] {
  return terms
    .filter((term) => term.field === 'text' && term.negated === negated)
    .map(({ value }) => String(value))
}

function isWantedText({ field, negated }: LogTerm): boolean {
  return field === 'text' && !negated
}

function requireFew({ terms }: LogFilter): void {
  if (terms.length <= MOST_TERMS) return
  throw new GatewayError('invalid_request', `Use at most ${MOST_TERMS} terms in one search.`)
}

const ROLLED: ReadonlySet<LogField> = new Set(['model', 'provider', 'function', 'variant'])

/** Whether the hours' sums have the columns that the terms ask about. */
export function isRolled({ terms }: LogFilter): boolean {
  return terms.every(
    ({ field, value }) => ROLLED.has(field) || (field === 'status' && typeof value === 'string'),
  )
}

function compileTerm(term: LogTerm): Sql {
  if (typeof term.value === 'string' && term.value.length > LONGEST_VALUE) {
    const message = `Search for at most ${LONGEST_VALUE} characters at once.`
    throw new GatewayError('invalid_request', message)
  }
  const { text, values } = meaningOf(term)
  return { text: term.negated ? `NOT coalesce(${text}, 0)` : `(${text})`, values }
}

function meaningOf(term: LogTerm): Sql {
  const { field, op, value } = term
  if (field === 'status' && typeof value === 'string') {
    return sql(value === 'ok' ? 'i.outcome = 0' : 'i.outcome <> 0')
  }
  const number = NUMBERS[field]
  if (number !== undefined) return sql(`${number} ${OPERATORS[op]} ?`, Number(value))
  if (field === 'tag') return compileTag(term.key ?? '', String(value))
  return TEXTS[field]?.(String(value)) ?? sql('0')
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
  status: 'i.status',
  latency: 'i.latency_us / 1000.0',
  ttft: 'i.ttft_us / 1000.0',
  cost: 'i.cost_nano / 1e9',
  tokens: `CASE WHEN i.input_tokens IS NOT NULL OR i.output_tokens IS NOT NULL
    THEN coalesce(i.input_tokens, 0) + coalesce(i.output_tokens, 0) END`,
}

const TEXTS: Readonly<Partial<Record<LogField, (value: string) => Sql>>> = {
  model: (value) =>
    either(dim('i.model', 'model', value), dim('i.requested_model', 'model', value)),
  provider: (value) => dim('i.provider', 'provider', value),
  function: inFunction,
  variant: (value) => dim('i.variant', 'variant', value),
  id: (value) => idIs('i.id', value),
  episode: (value) => idIs('i.episode_id', value),
  text: compileText,
  outcome: compileOutcome,
  stream: (value) => sql('i.stream = ?', value === 'true' ? 1 : 0),
}

function dim(column: string, kind: string, value: string): Sql {
  const match = value.includes('*') ? 'GLOB' : '='
  return sql(
    `${column} ${match === '=' ? '=' : 'IN'}
      (SELECT id FROM dim WHERE kind = ? AND name ${match} ?)`,
    kind,
    patternOf(value),
  )
}

/** That its variant is one of all variants is true of every row, and leads to their index. */
function inFunction(value: string): Sql {
  const { text, values } = dim('i.function', 'function', value)
  return { text: `${text} AND i.variant IN (SELECT id FROM dim WHERE kind = 'variant')`, values }
}

function idIs(column: string, value: string): Sql {
  if (!value.includes('*')) return sql(`${column} = ?`, encodeId(value))
  const hex = `lower(hex(${column}))`
  const cut = (start: number, length: number) => `substr(${hex}, ${start}, ${length})`
  const dashed = [cut(1, 8), cut(9, 4), cut(13, 4), cut(17, 4), cut(21, 12)].join(" || '-' || ")
  return sql(
    `CASE typeof(${column}) WHEN 'blob' THEN ${dashed} ELSE ${column} END GLOB ?`,
    patternOf(value),
  )
}

function compileOutcome(value: string): Sql {
  const code = Object.entries(OUTCOME_CODES).find(([outcome]) => outcome === value)?.[1]
  return code === undefined ? sql('0') : sql('i.outcome = ?', code)
}

function compileTag(key: string, value: string): Sql {
  const match = value.includes('*') ? 'GLOB' : '='
  return sql(
    `i.seq IN (SELECT tag.seq FROM tag
      WHERE tag.kv IN (SELECT id FROM tagkv WHERE key = ? AND value ${match} ?)
        AND tag.seq BETWEEN :low AND :high)`,
    key,
    patternOf(value),
  )
}

function compileText(value: string): Sql {
  const pattern = `%${value.replaceAll(/[\\%_]/g, '\\$&')}%`
  const names = `(SELECT id FROM dim WHERE kind = 'model' AND name LIKE ? ESCAPE '\\')`
  return sql(
    `coalesce(i.input_preview LIKE ? ESCAPE '\\', 0)
      OR coalesce(i.output_preview LIKE ? ESCAPE '\\', 0)
      OR coalesce(i.error_message LIKE ? ESCAPE '\\', 0)
      OR coalesce(i.model IN ${names}, 0) OR i.requested_model IN ${names}`,
    pattern,
    pattern,
    pattern,
    pattern,
    pattern,
  )
}

/** `*` stands for any text; what else GLOB finds special is taken literally. */
function patternOf(value: string): string {
  return value.includes('*') ? value.replaceAll(/[[?]/g, '[$&]') : value
}

function either(one: Sql, other: Sql): Sql {
  return {
    text: `coalesce(${one.text}, 0) OR ${other.text}`,
    values: [...one.values, ...other.values],
  }
}

function sql(text: string, ...values: SQLInputValue[]): Sql {
  return { text, values }
}
