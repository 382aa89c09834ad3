import { readTags, type Tag, type Token } from './jinja-lexer.ts'

/** What can be known of a Jinja template without rendering it. */
export interface Outline {
  /** The variables that it needs from outside, with their attributes (`user.name`), sorted. */
  readonly variables: readonly string[]
  /** Of those, by their first name: what every rendering looks at, whatever the others are. */
  readonly always: ReadonlySet<string>
  /** Other templates that it loads. */
  readonly loads: readonly Load[]
}

export interface Load {
  readonly kind: 'include' | 'import' | 'from import' | 'extends'
  /** Null: the name is computed, so nobody can tell which template it will be. */
  readonly names: readonly string[] | null
  /** From 1. */
  readonly line: number
  readonly ignoreMissing: boolean
}

/** Reads a template's outline. Templates that do not compile have one too, of little use. */
export function outlineTemplate(source: string): Outline {
  const outliner = new Outliner(source)
  for (const tag of readTags(source)) outliner.read(tag)
  return outliner.finish()
}

/** What MiniJinja has without being given it. */
const GLOBALS = new Set(['range', 'dict', 'debug', 'namespace', 'lipsum', 'cycler', 'joiner'])
const LITERALS = new Set(['true', 'false', 'none', 'True', 'False', 'None'])
const OPERATORS = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else'])
/** Blocks with variables of their own; `if` has none, so what it sets is known after it. */
const SCOPES = new Set(['for', 'with', 'macro', 'call', 'block', 'filter'])
/** Blocks whose inside may never be rendered. */
const MAYBES = new Set(['if', 'for', 'macro', 'call'])

class Outliner {
  readonly #source: string
  readonly #found = new Set<string>()
  readonly #always = new Set<string>()
  readonly #loads: Load[] = []
  readonly #scopes: Set<string>[] = [new Set()]
  readonly #blocks: string[] = []

  constructor(source: string) {
    this.#source = source
  }

  read({ type, tokens, at }: Tag): void {
    if (type === 'output') return this.#demand(tokens)
    const [keyword, ...rest] = tokens
    if (keyword?.type === 'name') this.#statement(keyword.text, rest, at)
  }

  finish(): Outline {
    return { variables: [...this.#found].toSorted(), always: this.#always, loads: this.#loads }
  }

  #statement(keyword: string, rest: readonly Token[], at: number): void {
    if (keyword.startsWith('end')) return this.#close(keyword.slice('end'.length))
    switch (keyword) {
      case 'for':
        return this.#for(rest)
      case 'set':
        return this.#set(rest)
      case 'with':
        this.#open(keyword)
        return this.#bindings(rest)
      case 'macro':
      case 'call':
        return this.#macro(keyword, rest)
      case 'include':
      case 'extends':
      case 'import':
      case 'from':
        return this.#load(keyword, rest, at)
      case 'filter':
        this.#open(keyword)
        return this.#expression([{ type: 'operator', text: '|', at }, ...rest])
      case 'block':
        return this.#open(keyword)
      case 'if':
      case 'autoescape':
        this.#demand(rest)
        return this.#open(keyword)
      default: // elif, else, do
        return this.#expression(rest)
    }
  }

  #open(block: string): void {
    this.#blocks.push(block)
    if (SCOPES.has(block)) this.#scopes.push(new Set())
  }

  #close(block: string): void {
    if (this.#blocks.at(-1) !== block) return
    this.#blocks.pop()
    if (SCOPES.has(block) && this.#scopes.length > 1) this.#scopes.pop()
  }

  #declare(name: string): void {
    this.#scopes.at(-1)?.add(name)
  }

  /** `for a, (b, c) in items if test recursive` */
  #for(tokens: readonly Token[]): void {
    const isIn = tokens.findIndex((token) => isName(token, 'in'))
    const rest = isIn === -1 ? [] : tokens.slice(isIn + 1)
    const plain = isName(rest.at(-1), 'recursive') ? rest.slice(0, -1) : rest
    const condition = topLevelIf(plain)
    const items = condition === -1 ? plain : plain.slice(0, condition)
    this.#demand(items)
    this.#open('for')
    this.#declare('loop')
    for (const { type, text } of tokens.slice(0, isIn)) if (type === 'name') this.#declare(text)
    if (condition !== -1) this.#expression(plain.slice(condition + 1))
  }

  /** `set a, b = value`, `set part.of = value`, and the block `set a | filter`. */
  #set(tokens: readonly Token[]): void {
    const equals = tokens.findIndex((token) => isOperator(token, '='))
    const targets = equals === -1 ? tokens.slice(0, 1) : tokens.slice(0, equals)
    this.#expression(tokens.slice(equals === -1 ? 1 : equals + 1))
    if (equals === -1) this.#open('set')
    const isAttribute = targets.some((token) => isOperator(token, '.'))
    if (isAttribute) return
    for (const { type, text } of targets) if (type === 'name') this.#declare(text)
  }

  /** `a = 1, b = 2`: a later one may use an earlier. */
  #bindings(tokens: readonly Token[]): void {
    for (const part of splitAtCommas(tokens)) {
      const equals = part.findIndex((token) => isOperator(token, '='))
      this.#expression(equals === -1 ? [] : part.slice(equals + 1))
      const [name] = part
      if (name?.type === 'name') this.#declare(name.text)
    }
  }

  /** `macro name(a, b = 1)` and `call(a) name(…)`. */
  #macro(keyword: 'macro' | 'call', tokens: readonly Token[]): void {
    const isMacro = keyword === 'macro'
    const [name] = tokens
    if (isMacro && name?.type === 'name') this.#declare(name.text)
    const hasParameters = isMacro || isOperator(name, '(')
    const end = hasParameters ? closingOf(tokens) : -1
    if (!isMacro) this.#expression(tokens.slice(end + 1))
    this.#open(keyword)
    this.#declare('caller')
    if (hasParameters) this.#bindings(tokens.slice(isMacro ? 2 : 1, end))
  }

  #load(keyword: 'include' | 'extends' | 'import' | 'from', rest: readonly Token[], at: number) {
    const end = rest.findIndex((token) =>
      ['ignore', 'with', 'without', 'as', 'import'].some((word) => isName(token, word)),
    )
    const target = end === -1 ? rest : rest.slice(0, end)
    const tail = end === -1 ? [] : rest.slice(end)
    const kind = keyword === 'from' ? 'from import' : keyword
    const line = this.#source.slice(0, at).split('\n').length
    const ignoreMissing = isName(tail[0], 'ignore')
    this.#loads.push({ kind, names: namesIn(target), line, ignoreMissing })
    this.#expression(target)
    if (keyword === 'import' || keyword === 'from') this.#declareImported(tail)
  }

  /** `as name`, or `import a, b as c`. */
  #declareImported(tail: readonly Token[]): void {
    for (const part of splitAtCommas(tail)) {
      const name = part.findLast(({ type }) => type === 'name')
      if (name !== undefined) this.#declare(name.text)
    }
  }

  #expression(tokens: readonly Token[]): void {
    for (const [index, { type, text }] of tokens.entries()) {
      if (type !== 'name' || !isVariable(tokens, index) || this.#isKnown(text)) continue
      this.#found.add(withAttributes(tokens, index))
    }
  }

  /** What is shown or asked for itself must be there; inside of a longer expression it need not. */
  #demand(tokens: readonly Token[]): void {
    this.#expression(tokens)
    const [first, ...rest] = tokens
    const isPlain = rest.every(({ type, text }) => text === '.' || type === 'name')
    if (first?.type !== 'name' || !isPlain || !isVariable(tokens, 0)) return
    if (rest.length > 0 && rest[0]?.text !== '.') return
    if (this.#isKnown(first.text) || this.#blocks.some((block) => MAYBES.has(block))) return
    this.#always.add(first.text)
  }

  #isKnown(name: string): boolean {
    return (
      GLOBALS.has(name) ||
      name === 'self' ||
      name === 'super' ||
      this.#scopes.some((scope) => scope.has(name))
    )
  }
}

/** Not an attribute, a filter, a test, the name of an argument, a literal or an operator. */
function isVariable(tokens: readonly Token[], index: number): boolean {
  const [before, token, next] = [tokens[index - 1], tokens[index], tokens[index + 1]]
  if (token === undefined || LITERALS.has(token.text) || OPERATORS.has(token.text)) return false
  if (isOperator(before, '.') || isOperator(before, '|')) return false
  if (isName(before, 'is')) return false
  if (isName(before, 'not') && isName(tokens[index - 2], 'is')) return false
  return !isOperator(next, '=')
}

/** The name with what is asked of it: `user.name`. */
function withAttributes(tokens: readonly Token[], index: number): string {
  let name = tokens[index]?.text ?? ''
  for (
    let at = index + 1;
    isOperator(tokens[at], '.') && tokens[at + 1]?.type === 'name';
    at += 2
  ) {
    name += `.${tokens[at + 1]?.text}`
  }
  return name
}

/** The names of the templates, where they are written out: one, or a list to try in turn. */
function namesIn(target: readonly Token[]): string[] | null {
  const isWritten = target.every(
    ({ type, text }) => type === 'string' || (type === 'operator' && '[](),'.includes(text)),
  )
  const names = target.filter(({ type }) => type === 'string').map(({ text }) => text)
  return isWritten && names.length > 0 ? names : null
}

function isName(token: Token | undefined, text: string): boolean {
  return token?.type === 'name' && token.text === text
}

function isOperator(token: Token | undefined, text: string): boolean {
  return token?.type === 'operator' && token.text === text
}

/** The `if` of a loop's filter; one inside brackets belongs to what is looped over. */
function topLevelIf(tokens: readonly Token[]): number {
  const depths = depthsOf(tokens)
  const at = tokens.findIndex((token, index) => depths[index] === 0 && isName(token, 'if'))
  // `a if b else c` is one expression.
  return at !== -1 && tokens.slice(at).some((token) => isName(token, 'else')) ? -1 : at
}

/** Where the first bracket closes. */
function closingOf(tokens: readonly Token[]): number {
  const depths = depthsOf(tokens)
  const end = tokens.findIndex((token, index) => depths[index] === 0 && isOperator(token, ')'))
  return end === -1 ? tokens.length : end
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const depths = depthsOf(tokens)
  const parts: Token[][] = [[]]
  for (const [index, token] of tokens.entries()) {
    if (depths[index] === 0 && isOperator(token, ',')) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

/** How deep in brackets each token is; a bracket counts as outside of itself. */
function depthsOf(tokens: readonly Token[]): number[] {
  let depth = 0
  return tokens.map(({ type, text }) => {
    if (type !== 'operator') return depth
    if ('([{'.includes(text)) return depth++
    return ')]}'.includes(text) ? --depth : depth
  })
}
