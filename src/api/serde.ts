import { z } from 'zod'
import { GatewayError } from '../domain/errors.ts'

/**
 * Reads a request by a schema. What is wrong is said as TensorZero says it (which is as Rust's serde
 * does): the place, a colon, and what was expected there. Throws `GatewayError` (400).
 */
export function readBySchema<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value, { reportInput: true })
  if (read.success) return read.data
  const { path, message } = said(read.error.issues)
  const place = formatPath(path)
  throw new GatewayError('invalid_request', place === '' ? message : `${place}: ${message}`, {
    param: place,
  })
}

/** An object that has these fields and no others. */
export function struct<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown field \`${issue.keys[0]}\`, ${expected(Object.keys(shape))}`
        : undefined,
  })
}

/** One of several objects, told apart by a field. */
export function oneOf<const Item extends string>(
  names: readonly [Item, ...Item[]],
): z.ZodType<Item> {
  return z.enum(names, {
    error: ({ input }) => (typeof input === 'string' ? unknownVariant(input, names) : undefined),
  })
}

export function unknownVariant(given: string, names: readonly string[]): string {
  return `unknown variant \`${given}\`, ${expected(names)}`
}

function expected(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``)
  if (quoted.length === 0) return 'there are no fields'
  if (quoted.length <= 2) return `expected ${quoted.join(' or ')}`
  return `expected one of ${quoted.join(', ')}`
}

interface Said {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Issue = z.core.$ZodIssue

function said(issues: readonly Issue[], above: readonly PropertyKey[] = []): Said {
  const [issue] = issues.toSorted((one, other) => rank(one) - rank(other))
  if (!issue) return { path: above, message: 'invalid value' }
  const path = [...above, ...issue.path]
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined && path.length > 0) {
        return { path: path.slice(0, -1), message: `missing field \`${String(path.at(-1))}\`` }
      }
      return { path, message: `invalid type: ${describe(issue.input)}, expected ${noun(issue)}` }
    case 'invalid_value':
      return { path, message: notOneOf(issue.input, issue.values, issue.message) }
    case 'too_small':
      return { path, message: tooSmall(issue) }
    case 'invalid_union': {
      if (issue.discriminator !== undefined) return saidOfKind(issue, path)
      const deepest = issue.errors.toSorted((one, other) => depth(other) - depth(one))[0]
      return deepest && depth(deepest) > 0
        ? said(deepest, path)
        : { path, message: `invalid type: ${describe(issue.input)}, expected another` }
    }
    default:
      return { path, message: issue.message }
  }
}

type Issues<Code extends Issue['code']> = Extract<Issue, { code: Code }>

/** Of an object whose field says which kind it is, and names none that there is. */
function saidOfKind(issue: Issues<'invalid_union'>, path: readonly PropertyKey[]): Said {
  const { discriminator = '', input } = issue
  const options: unknown = 'options' in issue ? issue.options : []
  const given: unknown = Object.entries(input ?? {}).find(([key]) => key === discriminator)?.[1]
  if (given !== undefined) {
    const names: unknown[] = Array.isArray(options) ? options : []
    return { path, message: notOneOf(given, names, issue.message) }
  }
  return { path: path.slice(0, -1), message: `missing field \`${discriminator}\`` }
}

function notOneOf(given: unknown, values: readonly unknown[], otherwise: string): string {
  if (typeof given !== 'string' || otherwise.startsWith('unknown variant')) return otherwise
  return unknownVariant(given, values.map(String))
}

function tooSmall({ input, minimum, message }: Issues<'too_small'>): string {
  return typeof input === 'number' && minimum === 0
    ? `invalid value: ${describe(input)}, expected u32`
    : message
}

/** What is missing tells more than what is beside it. */
function rank(issue: Issue): number {
  return issue.code === 'unrecognized_keys' ? 0 : 1
}

/** How far a way to read a value came before it failed. */
function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'custom' ? 1 : 0)))
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'f32',
  int: 'u32',
  boolean: 'a boolean',
  array: 'a sequence',
  object: 'a map',
  record: 'a map',
}

function noun(issue: Extract<Issue, { code: 'invalid_type' }>): string {
  return NOUNS[issue.expected] ?? issue.expected
}

/** A value in serde's words. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `string ${JSON.stringify(value)}`
    case 'boolean':
      return `boolean \`${String(value)}\``
    case 'number':
      return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``
    default:
      if (value === null || value === undefined) return 'null'
      return Array.isArray(value) ? 'sequence' : 'map'
  }
}

/** `input.messages[0].content`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}
