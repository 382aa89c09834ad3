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
 *
 * Each compiler has an instance of the library of its own, since what overflows in there (a template
 * from a request may) leaves an instance broken: then another takes its place.
 */
export class TemplateCompiler {
  readonly #files: ReadonlyMap<string, string>
  /** By source: the same file is often used many times. */
  readonly #renders = new Map<string, Render>()
  #environment: Environment | undefined

  constructor(files: ReadonlyMap<string, string> = new Map()) {
    this.#files = files
  }

  /** Throws a `TemplateError`; so does what comes back, when it is called. */
  compile(source: string): Render {
    const present = this.#renders.get(source)
    if (present !== undefined) return present
    const name = nameOf(this.#renders.size)
    this.#run(name, (environment) => environment.addTemplate(name, source))
    const render: Render = (args) =>
      this.#run(name, (environment) => environment.renderTemplate(name, withWholeNumbers(args)))
    this.#renders.set(source, render)
    return render
  }

  #run<Result>(name: string, act: (environment: Environment) => Result): Result {
    this.#environment ??= this.#createEnvironment()
    try {
      return act(this.#environment)
    } catch (thrown) {
      if (isBroken(thrown)) this.#environment = undefined
      throw toTemplateError(thrown, name)
    }
  }

  #createEnvironment(): Environment {
    const { Environment: Library } = loadLibrary()
    const environment = new Library()
    environment.undefinedBehavior = 'strict'
    environment.fuel = MOST_STEPS
    for (const [name, text] of this.#files) addFile(environment, name, text)
    for (const [index, source] of [...this.#renders.keys()].entries()) {
      environment.addTemplate(nameOf(index), source)
    }
    return environment
  }
}

/** The library chooses how to escape by a name's ending: these have none. */
function nameOf(index: number): string {
  return `template-${index}`
}

/** A trap, or an overflow of the stack: what the library had begun to change stays half done. */
function isBroken(thrown: unknown): boolean {
  return thrown instanceof RangeError || (thrown instanceof Error && thrown.name === 'RuntimeError')
}

/** A new instance. Only with the first template: the memory is not for gateways without any. */
function loadLibrary(): { Environment: new () => Environment } {
  const load = createRequire(import.meta.url)
  Reflect.deleteProperty(load.cache, load.resolve('minijinja-js'))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it exports
  return load('minijinja-js') as { Environment: new () => Environment }
}

function addFile(environment: Environment, name: string, text: string): void {
  try {
    environment.addTemplate(name, unescaped(name, text))
  } catch (thrown) {
    const { message } = toTemplateError(thrown, name)
    throw new TemplateError(`${name}: ${message}`, { cause: thrown })
  }
}

/** Included files go by their own names, some of which would have their values escaped. */
function unescaped(name: string, text: string): string {
  if (!/\.(?:html?|xml|json5?|js|ya?ml)(?:\.j2)?$/.test(name)) return text
  return `{% autoescape false %}${text.replace(/\r?\n$/, '')}{% endautoescape %}`
}

function toTemplateError(thrown: unknown, name: string): TemplateError {
  if (isBroken(thrown)) return new TemplateError('it is too deep or too large', { cause: thrown })
  const [first = ''] = String(thrown instanceof Error ? thrown.message : thrown).split('\n')
  const [what = '', line] = first.split(` (in ${name}:`)
  const where = line === undefined ? '' : ` in line ${Number.parseInt(line, 10)}`
  return new TemplateError(`${what}${where}`, { cause: thrown })
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
