/** A word of a Jinja tag. */
export interface Token {
  readonly type: 'name' | 'string' | 'number' | 'operator'
  /** Of a string: what stands between its quotes, unescaped as far as file names need. */
  readonly text: string
  /** Where it starts in the template, in UTF-16 units. */
  readonly at: number
}

/** `{{ … }}` or `{% … %}`. */
export interface Tag {
  readonly type: 'output' | 'statement'
  readonly tokens: readonly Token[]
  readonly at: number
}

/**
 * The tags of a Jinja template, in order: without comments and what stands between `raw` and
 * `endraw`. Reads on past any mistake, for to find those is the compiler's business.
 */
export function readTags(source: string): Tag[] {
  const tags: Tag[] = []
  let at = 0
  while (at < source.length) {
    const open = findOpening(source, at)
    if (open === -1) break
    if (source[open + 1] === '#') {
      at = after(source, '#}', open + 2)
      continue
    }
    const type = source[open + 1] === '{' ? 'output' : 'statement'
    const { tokens, end } = readTokens(source, open + 2, type === 'output' ? '}}' : '%}')
    at = end
    if (type === 'statement' && tokens[0]?.text === 'raw' && tokens[0].type === 'name') {
      at = afterRaw(source, end)
    } else tags.push({ type, tokens, at: open })
  }
  return tags
}

function findOpening(source: string, from: number): number {
  for (let at = source.indexOf('{', from); at !== -1; at = source.indexOf('{', at + 1)) {
    if ('{%#'.includes(source[at + 1] ?? ' ')) return at
  }
  return -1
}

function after(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from)
  return found === -1 ? source.length : found + mark.length
}

function afterRaw(source: string, from: number): number {
  const end = /\{%[-+]?\s*endraw\s*[-+]?%\}/g
  end.lastIndex = from
  return end.exec(source) === null ? source.length : end.lastIndex
}

const WORD =
  /\s+|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<string>"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')|(?<operator>[=!<>]=|\*\*|\/\/|.)/suy

/** Up to the closing mark, which inside a string or braces closes nothing. */
function readTokens(source: string, from: number, close: string): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  const start = '-+'.includes(source[from] ?? ' ') ? from + 1 : from
  let depth = 0
  for (let at = start; at < source.length;) {
    if (depth === 0 && isClosing(source, at, close)) {
      return { tokens, end: source.indexOf(close, at) + close.length }
    }
    WORD.lastIndex = at
    const match = WORD.exec(source)
    if (match === null) break
    const token = toToken(match, at)
    if (token !== undefined) tokens.push(token)
    if (token?.type === 'operator') depth = Math.max(0, depth + depthOf(token.text))
    at += match[0].length
  }
  return { tokens, end: source.length }
}

function isClosing(source: string, at: number, close: string): boolean {
  const sign = '-+'.includes(source[at] ?? ' ') ? 1 : 0
  return source.startsWith(close, at + sign)
}

function depthOf(operator: string): number {
  if (operator === '{') return 1
  return operator === '}' ? -1 : 0
}

function toToken({ groups = {} }: RegExpExecArray, at: number): Token | undefined {
  const { name, number, string, operator } = groups
  if (name !== undefined) return { type: 'name', text: name, at }
  if (number !== undefined) return { type: 'number', text: number, at }
  if (operator !== undefined) return { type: 'operator', text: operator, at }
  if (string === undefined) return undefined
  return { type: 'string', text: string.slice(1, -1).replace(/\\(.)/gs, '$1'), at }
}
