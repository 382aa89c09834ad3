import {
  asArray,
  asNumber,
  asObject,
  asString,
  type Json,
  type JsonObject,
} from '../../lib/json.ts'
import { hexFrom, integerFrom, pickFrom, type Random } from '../scripted/random.ts'
import { sampleNumber } from './number-sampler.ts'
import { samplePattern } from './pattern-sampler.ts'

/** Deeper than this only what a schema requires is made; deeper than the second, nothing. */
const GENEROUS_DEPTH = 8
const MAX_DEPTH = 24
/** Values in one sample, so that a schema that unfolds without end stays small. */
const MAX_VALUES = 1000
const MAX_ITEMS = 32
const MAX_STRING_LENGTH = 4000

/**
 * Data that is valid for a JSON schema, as far as the schema says it in `type`, `enum`, `const`,
 * `properties`, `items`, bounds, `format`, `pattern`, `$ref`, `allOf`, `anyOf` and `oneOf`.
 * Conditions (`not`, `if`, `contains`, `dependent…`) are not understood.
 */
export function sampleSchema(schema: Json, random: Random): Json {
  return new SchemaSampler(schema, random).sample(schema, 0)
}

class SchemaSampler {
  readonly #root: Json
  readonly #random: Random
  #left = MAX_VALUES

  constructor(root: Json, random: Random) {
    this.#root = root
    this.#random = random
  }

  sample(schema: Json | undefined, depth: number): Json {
    this.#left--
    const object = asObject(schema) ?? {}
    if (schema === false || depth > MAX_DEPTH || this.#left < -MAX_VALUES) return null
    const simpler = this.#simpler(object, depth)
    if (simpler) return this.sample(simpler, depth + 1)
    if (object['const'] !== undefined) return object['const']
    const [first, ...others] = asArray(object['enum'])
    if (first !== undefined) return pickFrom(this.#random, [first, ...others])
    return this.#ofType(typeOf(object), object, depth)
  }

  /** The schema with one of its compositions worked in; undefined when it has none. */
  #simpler(schema: JsonObject, depth: number): JsonObject | undefined {
    const { $ref: ref, allOf, anyOf, oneOf, ...rest } = schema
    if (typeof ref === 'string') {
      return merge({ ...rest, ...defined({ allOf, anyOf, oneOf }) }, this.#follow(ref))
    }
    if (allOf !== undefined) {
      const all = asArray(allOf).map((part) => asObject(part) ?? {})
      return all.reduce(merge, { ...rest, ...defined({ anyOf, oneOf }) })
    }
    const options = asArray(anyOf ?? oneOf)
    if (options.length === 0) return undefined
    const chosen = this.#isGenerous(depth) ? options[0] : (options.find(isSmall) ?? options[0])
    const left = anyOf === undefined ? rest : { ...rest, ...defined({ oneOf }) }
    return merge(left, asObject(chosen) ?? {})
  }

  #follow(ref: string): JsonObject {
    let found: Json | undefined = ref.startsWith('#') ? this.#root : undefined
    for (const key of ref.split('/').slice(1)) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~')
      const parent = asObject(found) ?? {}
      found = Object.hasOwn(parent, name) ? parent[name] : undefined
    }
    return asObject(found) ?? {}
  }

  #ofType(type: string, schema: JsonObject, depth: number): Json {
    switch (type) {
      case 'object':
        return this.#object(schema, depth)
      case 'array':
        return this.#array(schema, depth)
      case 'number':
      case 'integer':
        return sampleNumber(schema, type === 'integer', this.#random)
      case 'boolean':
        return this.#random() < 0.5
      case 'null':
        return null
      default:
        return this.#string(schema)
    }
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const properties = asObject(schema['properties']) ?? {}
    const required = asArray(schema['required']).map(String)
    const others = this.#isGenerous(depth) ? Object.keys(properties) : []
    const most = asNumber(schema['maxProperties']) ?? Infinity
    const least = Math.min(asNumber(schema['minProperties']) ?? 0, MAX_ITEMS)
    const names = new Set([...required, ...others].slice(0, Math.max(most, required.length)))
    for (const name of Object.keys(properties)) if (names.size < least) names.add(name)
    for (let n = 1; names.size < least; n++) names.add(`extra_${n}`)

    const extra = schema['additionalProperties']
    const made = [...names].map((name): [string, Json] => {
      const inner = Object.hasOwn(properties, name) ? properties[name] : extra
      return [name, this.sample(inner === false ? undefined : inner, depth + 1)]
    })
    return Object.fromEntries(made)
  }

  #array(schema: JsonObject, depth: number): Json[] {
    const prefix = asArray(schema['prefixItems'])
    const { items } = schema
    const least = Math.min(asNumber(schema['minItems']) ?? 0, MAX_ITEMS)
    const most = items === false ? prefix.length : (asNumber(schema['maxItems']) ?? Infinity)
    const wished = this.#isGenerous(depth)
      ? Math.max(prefix.length, integerFrom(this.#random, 1, 3))
      : 0
    const length = Math.min(Math.max(least, wished), most)
    const made: Json[] = []
    const seen = new Set<string>()
    // A few tries more than needed: some schemas have few values that differ.
    for (let tries = 0; made.length < length && tries < length + MAX_ITEMS; tries++) {
      const value = this.sample(prefix[made.length] ?? items, depth + 1)
      const text = JSON.stringify(value)
      if (schema['uniqueItems'] === true && seen.has(text)) continue
      seen.add(text)
      made.push(value)
    }
    return made
  }

  #string(schema: JsonObject): string {
    const pattern = asString(schema['pattern'])
    const patterned = pattern === undefined ? undefined : samplePattern(pattern, this.#random)
    const text = patterned ?? this.#formatted(asString(schema['format']) ?? '')
    if (text !== undefined) return text
    const least = Math.min(asNumber(schema['minLength']) ?? 1, MAX_STRING_LENGTH)
    const most = asNumber(schema['maxLength']) ?? Infinity
    let words: string = pickFrom(this.#random, WORDS)
    while (words.length < least) words += ` ${pickFrom(this.#random, WORDS)}`
    return words.length > most ? words.slice(0, most) : words
  }

  #formatted(format: string): string | undefined {
    if (format === 'uuid') {
      const hex = (length: number): string => hexFrom(this.#random, length)
      return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
    }
    return FORMATS.get(format)
  }

  #isGenerous(depth: number): boolean {
    return depth < GENEROUS_DEPTH && this.#left > 0
  }
}

const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron'] as const

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date-time', '2026-01-31T09:30:00Z'],
  ['date', '2026-01-31'],
  ['time', '09:30:00Z'],
  ['duration', 'P1DT2H'],
  ['email', 'ada@example.com'],
  ['hostname', 'weir.example.com'],
  ['ipv4', '192.0.2.7'],
  ['ipv6', '2001:db8::7'],
  ['uri', 'https://example.com/demo'],
  ['uri-reference', '/demo'],
])

function typeOf(schema: JsonObject): string {
  const { type } = schema
  if (typeof type === 'string') return type
  const named = asArray(type).find((name) => name !== 'null') ?? asArray(type)[0]
  if (typeof named === 'string') return named
  const hint = TYPE_HINTS.find(([key]) => schema[key] !== undefined)
  return hint?.[1] ?? 'string'
}

const TYPE_HINTS = [
  ['properties', 'object'],
  ['required', 'object'],
  ['additionalProperties', 'object'],
  ['items', 'array'],
  ['prefixItems', 'array'],
  ['minItems', 'array'],
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['multipleOf', 'number'],
] as const

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const properties = { ...asObject(a['properties']), ...asObject(b['properties']) }
  const required = [...asArray(a['required']), ...asArray(b['required'])]
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  }
}

/** Whether a choice certainly ends here instead of unfolding further. */
function isSmall(schema: Json): boolean {
  const object = asObject(schema)
  return object !== undefined && !['$ref', 'properties', 'items'].some((key) => key in object)
}

function defined(fields: Record<string, Json | undefined>): JsonObject {
  const made: JsonObject = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) made[key] = value
  return made
}
