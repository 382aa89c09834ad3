import type { ErrorObject } from 'ajv'

/**
 * What is wrong with a value, in the words of Rust's `jsonschema`, which TensorZero's clients know;
 * in Ajv's words where those have none. The place follows.
 */
export function wordsOf(error: ErrorObject): string {
  const { instancePath } = error
  const said = wordsAlone(error)
  return instancePath === '' ? said : `${said} (at ${instancePath})`
}

function wordsAlone({ keyword, params, data, message = '' }: ErrorObject): string {
  if (keyword === 'required') return `${shown(params['missingProperty'])} is a required property`
  if (keyword === 'const') return `${shown(params['allowedValue'])} was expected`
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name: unknown = params['additionalProperty'] ?? params['unevaluatedProperty']
    const kind = keyword === 'additionalProperties' ? 'Additional' : 'Unevaluated'
    return `${kind} properties are not allowed ('${String(name)}' was unexpected)`
  }
  return `${shown(data)} ${WANTED[keyword]?.(params) ?? message}`
}

type Wanted = (params: Readonly<Record<string, unknown>>) => string

const WANTED: Readonly<Record<string, Wanted | undefined>> = {
  type: ({ type }) =>
    Array.isArray(type)
      ? `is not of types ${type.map((each) => shown(each)).join(', ')}`
      : `is not of type ${shown(type)}`,
  enum: ({ allowedValues }) => `is not one of ${choices(allowedValues)}`,
  minimum: ({ limit }) => `is less than the minimum of ${shown(limit)}`,
  maximum: ({ limit }) => `is greater than the maximum of ${shown(limit)}`,
  exclusiveMinimum: ({ limit }) => `is less than or equal to the minimum of ${shown(limit)}`,
  exclusiveMaximum: ({ limit }) => `is greater than or equal to the maximum of ${shown(limit)}`,
  multipleOf: ({ multipleOf }) => `is not a multiple of ${shown(multipleOf)}`,
  minLength: ({ limit }) => `is shorter than ${many(limit, 'character')}`,
  maxLength: ({ limit }) => `is longer than ${many(limit, 'character')}`,
  minItems: ({ limit }) => `has less than ${many(limit, 'item')}`,
  maxItems: ({ limit }) => `has more than ${many(limit, 'item')}`,
  pattern: ({ pattern }) => `does not match ${shown(pattern)}`,
  format: ({ format }) => `is not a ${shown(format)}`,
  uniqueItems: () => 'has non-unique elements',
  anyOf: () => "is not valid under any of the schemas listed in the 'anyOf' keyword",
  oneOf: ({ passingSchemas }) =>
    Array.isArray(passingSchemas)
      ? "is valid under more than one of the schemas listed in the 'oneOf' keyword"
      : "is not valid under any of the schemas listed in the 'oneOf' keyword",
}

function many(count: unknown, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

function choices(values: unknown): string {
  const all = Array.isArray(values) ? values.map((each) => shown(each)) : [shown(values)]
  const last = all.pop() ?? ''
  return all.length === 0 ? last : `${all.join(', ')} or ${last}`
}

const LONGEST = 200

/** A value as JSON; the whole of a long one would hide what is wrong with it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
