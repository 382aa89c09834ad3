import { nearest } from '../lib/nearest.ts'
import { GatewayError } from './errors.ts'
import { LOG_FIELDS, type LogField, type LogFilter, type LogTerm } from './log-query.ts'
import { OUTCOMES } from './record.ts'

/**
 * Reads what a person types above the log: `status:error model:gpt-* latency:>2s -tag.env:dev
 * "refund"`. All terms must hold; a mistake is an error that says where it is and how to mend it.
 */
export function parseLogQuery(text: string): { readonly filter: LogFilter } {
  const terms: LogTerm[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const written = readTerm(text, at)
    const term = meaningOf(written)
    if (term.field !== 'text' || term.value !== '') terms.push(term)
    at = skipSpace(text, written.end)
  }
  return { filter: { terms } }
}

/** A term as it stands in the text, not yet understood. */
interface WrittenTerm {
  readonly start: number
  readonly end: number
  readonly negated: boolean
  /** `text` for bare words. */
  readonly field: string
  readonly key: string | undefined
  readonly op: LogTerm['op']
  readonly value: string
  readonly quoted: boolean
}

// A `::` belongs to a tag's key, as in `tag.tensorzero::human_feedback:true`.
const FIELD = /([a-z_]+)(?:\.("(?:[^"\\]|\\[^])*"|(?:[^\s":]|::)+))?:(?!:)/iy
const OPERATOR = /[<>]=?|=/y
const QUOTED = /"((?:[^"\\]|\\[^])*)"/y
const BARE = /\S+/y

function readTerm(text: string, start: number): WrittenTerm {
  const negated = /^-\S/.test(text.slice(start, start + 2))
  const from = negated ? start + 1 : start
  const [head = '', field = 'text', key] = matchAt(FIELD, text, from) ?? []
  const operator = head === '' ? '' : (matchAt(OPERATOR, text, from + head.length)?.[0] ?? '')
  return {
    start,
    negated,
    field: field.toLowerCase(),
    key: key?.startsWith('"') ? unescape(key.slice(1, -1)) : key,
    op: isOperator(operator) ? operator : '=',
    ...readValue(text, from + head.length + operator.length),
  }
}

function readValue(text: string, at: number): Pick<WrittenTerm, 'value' | 'quoted' | 'end'> {
  if (text[at] !== '"') {
    const value = matchAt(BARE, text, at)?.[0] ?? ''
    return { value, quoted: false, end: at + value.length }
  }
  const [literal, inner = ''] = matchAt(QUOTED, text, at) ?? []
  if (literal === undefined) {
    throw mistake(at, 'A quote is opened here and never closed', 'Put a `"` at its end.')
  }
  return { value: unescape(inner), quoted: true, end: at + literal.length }
}

function isOperator(text: string): text is LogTerm['op'] {
  return text !== ''
}

function unescape(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1')
}

function meaningOf(written: WrittenTerm): LogTerm {
  const { start, negated, key, op } = written
  const field = fieldOf(written)
  const { example, read } = FIELDS[field]
  if (written.value === '' && !written.quoted) {
    throw mistake(start, `\`${field}:\` has no value`, `Write one, such as \`${example}\`.`)
  }
  if ((field === 'tag') !== (key !== undefined)) {
    throw mistake(start, `\`${field}\` is not written like this`, `Write \`${example}\`.`)
  }
  const value = read(written, `Write it like \`${example}\`.`)
  if (typeof value === 'string' && op !== '=') {
    const fix = `Leave out the \`${op}\`, or put the value in quotes.`
    throw mistake(start, `The ${field} cannot be larger or smaller than a text`, fix)
  }
  return { field, ...(key !== undefined && { key }), op, value, negated }
}

function fieldOf({ field, start }: WrittenTerm): LogField {
  const known = LOG_FIELDS.find((name) => name === field)
  if (known) return known
  const meant = nearest(field, LOG_FIELDS)
  const fix = meant
    ? `Did you mean \`${meant}\`? Put it in quotes to search for it as text.`
    : `Put it in quotes to search for it as text, or use one of: ${LOG_FIELDS.join(', ')}.`
  throw mistake(start, `There is no field \`${field}\``, fix)
}

interface FieldKind {
  readonly example: string
  /** The value as it is compared; `fix` ends the error when it cannot be read. */
  readonly read: (written: WrittenTerm, fix: string) => string | number
}

const asWritten = ({ value }: WrittenTerm): string => value
const asStatus = number('status', /^([1-5]\d\d)$/)

const FIELDS: Readonly<Record<LogField, FieldKind>> = {
  status: {
    example: 'status:error` or `status:429',
    read: (written, fix) =>
      written.value === 'ok' || written.value === 'error' ? written.value : asStatus(written, fix),
  },
  outcome: { example: 'outcome:timeout', read: choice('outcome', OUTCOMES) },
  model: { example: 'model:gpt-*', read: asWritten },
  provider: { example: 'provider:open*', read: asWritten },
  function: { example: 'function:triage', read: asWritten },
  variant: { example: 'variant:baseline', read: asWritten },
  episode: { example: 'episode:0197*', read: asWritten },
  id: { example: 'id:0197*', read: asWritten },
  stream: { example: 'stream:true', read: choice('stream', ['true', 'false']) },
  latency: { example: 'latency:>2s', read: durationMs('latency') },
  ttft: { example: 'ttft:>500ms', read: durationMs('ttft') },
  cost: { example: 'cost:>0.01', read: number('cost', /^\$?(\d+(?:\.\d+)?|\.\d+)$/) },
  tokens: { example: 'tokens:>1000', read: number('number of tokens', /^(\d+)$/) },
  tag: { example: 'tag.env:prod', read: asWritten },
  text: { example: '"refund"', read: asWritten },
}

function number(noun: string, pattern: RegExp) {
  return ({ value, start }: WrittenTerm, fix: string): number => {
    const digits = pattern.exec(value)?.[1]
    if (digits === undefined) throw mistake(start, `\`${value}\` is no ${noun}`, fix)
    return Number(digits)
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

function durationMs(noun: string) {
  // Without a unit, some would mean seconds and some milliseconds.
  const amount = number(noun, /^(\d+(?:\.\d+)?)(?:ms|s|m)$/)
  return (written: WrittenTerm, fix: string): number =>
    amount(written, fix) * (UNIT_MS[written.value.replace(/^[\d.]+/, '')] ?? 1)
}

function choice(noun: string, choices: readonly string[]) {
  return ({ value, start }: WrittenTerm): string => {
    if (choices.includes(value)) return value
    const meant = nearest(value, choices)
    const fix = meant ? `Did you mean \`${meant}\`?` : `Use one of: ${choices.join(', ')}.`
    throw mistake(start, `\`${value}\` is no ${noun}`, fix)
  }
}

function mistake(at: number, what: string, fix: string): GatewayError {
  const message = `${what} (character ${at + 1}). ${fix}`
  return new GatewayError('invalid_request', message, { param: 'q' })
}

function skipSpace(text: string, at: number): number {
  return at + (matchAt(/\s+/y, text, at)?.[0].length ?? 0)
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}
