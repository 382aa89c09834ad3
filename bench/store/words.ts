import { globSync, readFileSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url).pathname
const SOURCES = [
  'docs/*.md',
  'README.md',
  'node_modules/*/README.md',
  'node_modules/@*/*/README.md',
]

/**
 * Text that compresses about as people's does: each word follows two others as it does somewhere
 * in this project's pages and those of its packages.
 */
export class Words {
  readonly #random: () => number
  readonly #words: string[]
  readonly #after = new Map<string, number[]>()

  constructor(random: () => number) {
    this.#random = random
    const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).toSorted()
    this.#words = files
      .flatMap((file) => readFileSync(`${ROOT}${file}`, 'utf8').split(/\s+/))
      .filter((word) => word.length > 0 && word.length < 40)
    for (let at = 2; at < this.#words.length; at++) {
      const pair = this.#pairAt(at)
      const next = this.#after.get(pair)
      if (next === undefined) this.#after.set(pair, [at])
      else next.push(at)
    }
  }

  /** About that many characters. */
  text(length: number): string {
    let at = this.#pick(this.#words.length - 2) + 2
    const parts: string[] = []
    let size = 0
    while (size < length) {
      const word = this.#words[at] ?? ''
      parts.push(word)
      size += word.length + 1
      const next = this.#after.get(this.#pairAt(at + 1))
      at = next?.[this.#pick(next.length)] ?? this.#pick(this.#words.length - 2) + 2
    }
    return parts.join(' ')
  }

  #pairAt(at: number): string {
    return `${this.#words[at - 2]} ${this.#words[at - 1]}`
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count)
  }
}

/** A size that is log-normal: half of them are smaller than `median`. */
export function sizeAround(median: number, spread: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.min(50_000, Math.round(median * Math.exp(spread * normal)))
}
