import { integerFrom, pickFrom, type Random } from '../scripted/random.ts'

/** Longer patterns and texts are not worth the time: the pattern comes from the request. */
const MAX_PATTERN_LENGTH = 300
const MAX_TEXT_LENGTH = 2000

/**
 * A text that a regular expression matches, undefined when the pattern is too long. Only ever
 * reads the pattern, never runs it: a hostile one cannot make it slow. Look-arounds, back
 * references and Unicode properties are not understood.
 */
export function samplePattern(pattern: string, random: Random): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) return undefined
  return new PatternReader(pattern, random).read()
}

/** Makes a text each time it is called. */
type Make = () => string

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const WORD = `${LETTERS}${LETTERS.toUpperCase()}${DIGITS}_`
const PRINTABLE = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n))

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['d', DIGITS],
  ['w', WORD],
  ['s', ' '],
  ['D', LETTERS],
  ['W', '-'],
  ['S', LETTERS],
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', ''],
  ['B', ''],
])

class PatternReader {
  readonly #pattern: string
  readonly #random: Random
  #at = 0
  #left = MAX_TEXT_LENGTH

  constructor(pattern: string, random: Random) {
    this.#pattern = pattern
    this.#random = random
  }

  read(): string {
    const pieces: string[] = []
    while (this.#at < this.#pattern.length) {
      pieces.push(this.#alternatives()())
      // A bracket that closes nothing is passed over.
      this.#at++
    }
    return pieces.join('')
  }

  #alternatives(): Make {
    const first = this.#sequence()
    const others: Make[] = []
    while (this.#take('|')) others.push(this.#sequence())
    return () => pickFrom(this.#random, [first, ...others])()
  }

  #sequence(): Make {
    const makes: Make[] = []
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#peek())) {
      makes.push(this.#repeated(this.#atom()))
    }
    return () => makes.map((make) => make()).join('')
  }

  #atom(): Make {
    const character = this.#next()
    if (character === '(') return this.#group()
    if (character === '[') return this.#class()
    if (character === '\\') return this.#oneOf(this.#escape())
    if (character === '^' || character === '$') return () => ''
    return character === '.' ? this.#oneOf(LETTERS) : this.#oneOf(character)
  }

  #group(): Make {
    const kind = this.#match(/\?(?:[:=!]|<[=!]|<[^>]*>)/y)
    const inner = this.#alternatives()
    this.#take(')')
    return /[=!]$/.test(kind) ? () => '' : inner
  }

  #class(): Make {
    const negated = this.#take('^')
    let characters = ''
    while (this.#at < this.#pattern.length && !this.#take(']')) {
      const from = this.#classCharacter()
      const isRange = from.length === 1 && /^-[^\]]/.test(this.#pattern.slice(this.#at))
      if (isRange) this.#at++
      characters += isRange ? between(from, this.#classCharacter()) : from
    }
    if (!negated) return this.#oneOf(characters)
    return this.#oneOf(PRINTABLE.filter((other) => !characters.includes(other)).join(''))
  }

  #classCharacter(): string {
    const character = this.#next()
    return character === '\\' ? this.#escape() : character
  }

  #escape(): string {
    const code = this.#match(/u\{([0-9a-f]{1,6})\}|u[0-9a-f]{4}|x[0-9a-f]{2}/iy)
    if (code !== '') {
      const point = Number.parseInt(code.replaceAll(/[ux{}]/gi, ''), 16)
      return String.fromCodePoint(Math.min(point, 0x10ffff))
    }
    if (this.#match(/[pP]\{[^}]*\}/y) !== '') return LETTERS
    if (this.#match(/[1-9]|k<[^>]*>/y) !== '') return ''
    const character = this.#next()
    return CLASSES.get(character) ?? character
  }

  #repeated(make: Make): Make {
    const quantifier = this.#match(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y)
    if (quantifier === '') return make
    const [least, most] = rangeOf(quantifier)
    return () => {
      let text = ''
      const times = integerFrom(this.#random, least, Math.min(most, least + 3))
      for (let n = 0; n < times && this.#left > 0; n++) text += make()
      return text
    }
  }

  #oneOf(characters: string): Make {
    const [first = '', ...others] = characters
    return () => (this.#left-- > 0 ? pickFrom(this.#random, [first, ...others]) : '')
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? ''
  }

  #next(): string {
    return this.#pattern[this.#at++] ?? ''
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }

  #match(sticky: RegExp): string {
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#pattern)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}

function between(from: string, to: string): string {
  const first = from.codePointAt(0) ?? 0
  const last = Math.min(to.codePointAt(0) ?? 0, first + 255)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) =>
    String.fromCodePoint(first + n),
  ).join('')
}

function rangeOf(quantifier: string): [number, number] {
  if (quantifier.startsWith('*')) return [0, Infinity]
  if (quantifier.startsWith('+')) return [1, Infinity]
  if (quantifier.startsWith('?')) return [0, 1]
  const [, least = '0', comma, most] = /\{(\d+)(,)?(\d*)/.exec(quantifier) ?? []
  if (comma === undefined) return [Number(least), Number(least)]
  return [Number(least), most ? Number(most) : Infinity]
}
