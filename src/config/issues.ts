import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { atKey, atValue, dotted, error } from './problems.ts'
import type { Finding, Path } from './problems.ts'
import { nearest } from '../lib/nearest.ts'
import { suggest } from './nearest.ts'
import { isTable } from './toml.ts'
import type { Table } from './toml.ts'

type Issue = z.core.$ZodIssue

export interface Checked<Schema extends z.ZodType> {
  /** What is left of the tables when everything wrong is taken out. */
  readonly data: z.output<Schema>
  readonly findings: readonly Finding[]
}

/**
 * Checks the tables against the schema. What is wrong is taken out and the rest checked again, so
 * that later checks can run on it and a reader gets every mistake at once.
 */
export function checkTables<Schema extends z.ZodType>(
  schema: Schema,
  tables: Table,
): Checked<Schema> {
  const findings: Finding[] = []
  const rest = structuredClone(tables)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const result = schema.safeParse(rest, { error: keysInMessage })
    if (result.success) return { data: result.data, findings }
    for (const issue of result.error.issues) {
      if (!isOurDoing(issue, tables, rest)) findings.push(...explain(issue, tables))
    }
    for (const issue of result.error.issues) takeOut(rest, issue)
  }
  throw new Error('The schema still finds fault when everything at fault has been taken out.')
}

/** Each round empties one level at least, and the schema is not as deep as this. */
const MOST_ROUNDS = 50

/** What we took out is missed in the next round, by itself or by a rule for the whole. */
function isOurDoing(issue: Issue, tables: Table, rest: Table): boolean {
  const path = asPath(issue.path)
  const [left, before] = [valueAt(rest, path), valueAt(tables, path)]
  // A clone has other prototypes than what was parsed.
  if (issue.code === 'custom') return !isDeepStrictEqual(left, structuredClone(before))
  return left === undefined && before !== undefined
}

/** An unknown key's issue does not say which keys there are; its message is ours to use for that. */
function keysInMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined
  return Object.keys(issue.inst.shape).join(' ')
}

function takeOut(tables: Table, issue: Issue): void {
  const path = asPath(issue.path)
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) remove(tables, [...path, key])
    return
  }
  const types = choicesOf(issue)
  const value = valueAt(tables, path)
  const meant = types && typeof value === 'string' ? nearest(value, types) : undefined
  // A slip in the type need not hide the other mistakes beside it.
  if (meant !== undefined) replace(tables, path, meant)
  else remove(tables, value === undefined ? path.slice(0, -1) : path)
}

function replace(tables: Table, path: Path, value: unknown): void {
  const parent = valueAt(tables, path.slice(0, -1))
  if (isTable(parent)) Reflect.set(parent, String(path.at(-1)), value)
}

/** Removes a key, or the whole list that it is somewhere inside. */
function remove(tables: Table, path: Path): void {
  const list = path.findIndex((key) => typeof key === 'number')
  const key = list === -1 ? path.length - 1 : list - 1
  const parent = valueAt(tables, path.slice(0, Math.max(0, key)))
  if (isTable(parent)) Reflect.deleteProperty(parent, String(path[key]))
}

function explain(issue: Issue, tables: Table): Finding[] {
  const path = asPath(issue.path)
  const value = valueAt(tables, path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' '), tables))
  }
  if (value === undefined && path.length > 0) return [missingKey(path)]
  if (issue.code === 'invalid_union') return explainUnion(issue, path, tables)
  return [explainValue(issue, path, value)]
}

function unknownKey(path: Path, known: readonly string[], tables: Table): Finding {
  const key = String(path.at(-1))
  const noun = path.length === 1 && isTable(valueAt(tables, path)) ? 'table' : 'key'
  const where = path.length === 1 ? '' : ` in [${dotted(path.slice(0, -1))}]`
  const help = suggest(key, known, 'known keys')
  return error('unknown_key', `unknown ${noun} \`${key}\`${where}`, atKey(path), help)
}

function missingKey(path: Path): Finding {
  const table = path.slice(0, -1)
  const message = `missing key \`${path.at(-1)}\` in [${dotted(table)}]`
  return error('missing_key', message, atKey(table))
}

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  tables: Table,
): Finding[] {
  const value = valueAt(tables, path)
  const types = choicesOf(issue)
  if (types !== null) {
    const message = `unknown ${path.at(-1)} ${written(value)} in [${dotted(path.slice(0, -1))}]`
    const help = suggest(typeof value === 'string' ? value : '', types, 'known types')
    return [error('unknown_type', message, atValue(path), help)]
  }
  // The branch that got furthest into the value is the one that was meant.
  const meant = issue.errors.find((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
  )
  if (meant !== undefined) {
    return meant.flatMap((inner) => explain({ ...inner, path: [...path, ...inner.path] }, tables))
  }
  const kinds = issue.errors
    .flat()
    .map((inner) => (inner.code === 'invalid_type' ? kind(inner.expected) : ''))
  return [wrongType(path, [...new Set(kinds)].join(' or '), value, null)]
}

/** The values that tell a union's branches apart, if none of them was found. */
function choicesOf(issue: Issue): string[] | null {
  if (issue.code !== 'invalid_union' || !('options' in issue)) return null
  return Array.isArray(issue.options) ? issue.options.map(String) : null
}

function explainValue(issue: Issue, path: Path, value: unknown): Finding {
  const name = nameOf(path)
  if (issue.code === 'invalid_type') {
    return wrongType(path, kind(issue.expected), value, unquote(path, issue.expected, value))
  }
  if (issue.code === 'invalid_value') return wrongChoice(issue, path, value)
  return error('invalid_value', `${name} ${complaint(issue)}`, atValue(path))
}

function wrongChoice(
  { values }: Extract<Issue, { code: 'invalid_value' }>,
  path: Path,
  value: unknown,
): Finding {
  const choices = values.map((choice) => JSON.stringify(choice)).join(' or ')
  const near = typeof value === 'string' ? nearest(value, values.map(String)) : undefined
  const help = near === undefined ? null : `did you mean "${near}"?`
  const message = `${nameOf(path)} must be ${choices}, found ${written(value)}`
  return error('invalid_value', message, atValue(path), help)
}

function complaint(issue: Issue): string {
  if (issue.code === 'too_small') return tooSmall(issue)
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  return issue.message
}

function tooSmall({ origin, minimum, inclusive }: Extract<Issue, { code: 'too_small' }>): string {
  if (origin === 'array' || origin === 'string') return 'must not be empty'
  return inclusive ? `must be at least ${minimum}` : `must be greater than ${minimum}`
}

function wrongType(path: Path, expected: string, value: unknown, help: string | null): Finding {
  const message = `${nameOf(path)} must be ${expected}, found ${kindOf(value)}`
  return error('wrong_type', message, atValue(path), help)
}

/** What to write instead, where a type can be guessed from the value. */
function unquote(path: Path, expected: string, value: unknown): string | null {
  const key = typeof path.at(-1) === 'number' ? '' : `${dotted(path.slice(-1))} = `
  const isNumber = expected === 'number' || expected === 'int'
  if (typeof value === 'string') {
    if (isNumber && /^-?\d+(\.\d+)?$/.test(value)) return `remove the quotes: ${key}${value}`
    if (expected === 'boolean' && /^(true|false)$/i.test(value)) {
      return `remove the quotes: ${key}${value.toLowerCase()}`
    }
    if (expected === 'array') return `put it in a list: ${key}["${value}"]`
  }
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `put it in quotes: ${key}"${value}"`
  }
  return null
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  record: 'a table',
}

function kind(expected: string): string {
  return KINDS[expected] ?? expected
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  if (typeof value === 'boolean') return `\`${value}\``
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : `${value}`
  return kind(typeof value)
}

function written(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : kindOf(value)
}

function nameOf(path: Path): string {
  const fromKey = path.findLastIndex((key) => typeof key === 'string')
  return `\`${dotted(path.slice(fromKey))}\``
}

export function valueAt(tables: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)]
    return isTable(value) ? value[key] : undefined
  }, tables)
}

function asPath(path: readonly PropertyKey[]): Path {
  return path.map((key) => (typeof key === 'number' ? key : String(key)))
}
