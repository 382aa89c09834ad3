import { createRequire } from 'node:module'
import type { Ajv, AnySchema, ErrorObject, Options } from 'ajv'
import type { FormatsPlugin } from 'ajv-formats'
import { isDeeperThan, type Json } from './json.ts'
import { wordsOf } from './schema-messages.ts'

/** What is wrong with a value, a line each: empty when nothing is. */
export type CheckValue = (value: unknown) => readonly string[]

/** The schema itself is no JSON Schema. The message ends without a full stop. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/** Compiles JSON Schemas; keeps nothing of them but the library. */
export class SchemaCompiler {
  readonly #ajvs = new Map<Draft, Ajv>()

  /**
   * Throws a `SchemaError`. A schema that does not say its draft is read as 2020-12, else as
   * draft 7: what older tools write is mostly both.
   */
  compile(schema: Json): CheckValue {
    if (isDeeperThan(schema, DEEPEST)) throw new SchemaError('the schema is nested too deeply')
    const [first, ...others] = draftsOf(schema)
    try {
      return this.#compileAs(first, schema)
    } catch (thrown) {
      for (const draft of others) {
        try {
          return this.#compileAs(draft, schema)
        } catch {
          // What is said of the newest draft tells more.
        }
      }
      throw new SchemaError(reasonOf(thrown), { cause: thrown })
    }
  }

  #compileAs(draft: Draft, schema: Json): CheckValue {
    const ajv = this.#ajvOf(draft)
    const known = withoutDraft(schema)
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compile itself checks it
      const validate = ajv.compile(known as AnySchema)
      return (value) => (validate(value) ? [] : describe(validate.errors ?? []))
    } finally {
      // The library keeps every schema it has seen, and requests bring new ones.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object or true or false
      if (typeof known === 'object') ajv.removeSchema(known as AnySchema)
    }
  }

  #ajvOf(draft: Draft): Ajv {
    const present = this.#ajvs.get(draft)
    if (present !== undefined) return present
    const ajv = createAjv(draft)
    this.#ajvs.set(draft, ajv)
    return ajv
  }
}

const DEEPEST = 128

type Draft = 'ajv' | 'ajv/dist/2019.js' | 'ajv/dist/2020.js'

function draftsOf(schema: Json): [Draft, ...Draft[]] {
  const uri = isObject(schema) ? schema['$schema'] : undefined
  if (typeof uri !== 'string') return ['ajv/dist/2020.js', 'ajv']
  if (uri.includes('2020-12')) return ['ajv/dist/2020.js']
  return uri.includes('2019-09') ? ['ajv/dist/2019.js'] : ['ajv']
}

/** The draft has been chosen; the library would look for others by that name. */
function withoutDraft(schema: Json): Json {
  if (!isObject(schema)) return schema
  const { $schema: _, ...rest } = schema
  return rest
}

function isObject(json: Json): json is { [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** Loaded when first needed: most gateways start without a schema. */
function createAjv(draft: Draft): Ajv {
  const load = createRequire(import.meta.url)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what each of them exports
  const { default: Library } = load(draft) as { default: new (options: Options) => Ajv }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it exports
  const { default: addFormats } = load('ajv-formats') as { default: FormatsPlugin }
  const ajv = new Library({
    strict: false,
    allErrors: true,
    logger: false,
    addUsedSchema: false,
    verbose: true,
  })
  addFormats(ajv)
  return ajv
}

const MOST_NAMED = 20

function describe(errors: readonly ErrorObject[]): string[] {
  return errors.slice(0, MOST_NAMED).map(wordsOf)
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
