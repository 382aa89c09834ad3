import { createRequire } from 'node:module'
import type { Environment } from 'minijinja-js'
import type { JsonObject } from './json.ts'

/** A template that does not compile, or cannot be rendered. The message names the place. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

export type Render = (args: JsonObject) => string

/** Steps of a rendering: far more than any prompt takes, and over in a moment. */
const MOST_STEPS = 1_000_000

/**
 * Compiles MiniJinja templates. Undefined variables are errors, nothing is escaped, and the files
 * given (by the name that templates say) are all that can be included.
 */
export class TemplateCompiler {
  readonly #files: ReadonlyMap<string, string>
  #environment: Environment | undefined
  #count = 0

  constructor(files: ReadonlyMap<string, string> = new Map()) {
    this.#files = files
  }

  /** Throws a `TemplateError`; so does what comes back, when it is called. */
  compile(source: string): Render {
    const environment = (this.#environment ??= createEnvironment(this.#files))
    // The library chooses how to escape by the name's ending: this one has none.
    const name = `template-${this.#count++}`
    tell(() => environment.addTemplate(name, source), name)
    return (args) => tell(() => environment.renderTemplate(name, withWholeNumbers(args)), name)
  }
}

/** The library is loaded with the first template: its memory is not for those without any. */
function createEnvironment(files: ReadonlyMap<string, string>): Environment {
  const load = createRequire(import.meta.url)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it exports
  const library = load('minijinja-js') as { Environment: new () => Environment }
  const environment = new library.Environment()
  environment.undefinedBehavior = 'strict'
  environment.fuel = MOST_STEPS
  for (const [name, text] of files) {
    tell(() => environment.addTemplate(name, unescaped(name, text)), name, `${name}: `)
  }
  return environment
}

/** Included files go by their own names, some of which would have their values escaped. */
function unescaped(name: string, text: string): string {
  if (!/\.(?:html?|xml|json5?|js|ya?ml)(?:\.j2)?$/.test(name)) return text
  return `{% autoescape false %}${text.replace(/\r?\n$/, '')}{% endautoescape %}`
}

function tell<Result>(act: () => Result, name: string, from = ''): Result {
  try {
    return act()
  } catch (thrown) {
    const [first = ''] = String(thrown instanceof Error ? thrown.message : thrown).split('\n')
    const place = ` (in ${name}:`
    const [what = '', line] = first.split(place)
    const where = line === undefined ? '' : ` in line ${Number.parseInt(line, 10)}`
    throw new TemplateError(`${from}${what}${where}`, { cause: thrown })
  }
}

/**
 * A whole number too great to be exact in JavaScript would come out as a float (`…992.0`). Copies
 * only what holds such.
 */
function withWholeNumbers(value: unknown): unknown {
  if (typeof value === 'number') return isGreat(value) ? BigInt(value) : value
  if (Array.isArray(value)) {
    const items = value.map(withWholeNumbers)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const changed = entries.map(([key, inner]) => [key, withWholeNumbers(inner)] as const)
  const isSame = changed.every(([, inner], index) => inner === entries[index]?.[1])
  return isSame ? value : Object.fromEntries(changed)
}

function isGreat(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 63
}
