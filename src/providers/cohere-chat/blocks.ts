import type { Part } from '../../domain/chat.ts'

/** Which block is open: two alike that follow each other must stay two. */
export class Blocks {
  readonly #texts = new Map<number, string>()
  /** Calls without arguments so far. */
  readonly #bare = new Set<number>()
  #kind: 'text' | 'reasoning' | 'call' | null = null
  #index = 0

  get isText(): boolean {
    return this.#kind === 'text'
  }

  get index(): number {
    return this.#index
  }

  text(index: number, text: string): Part {
    this.#texts.set(index, (this.#texts.get(index) ?? '') + text)
    return { type: 'text', text, ...this.#enter('text', index) }
  }

  reasoning(index: number, text: string, format?: string): Part {
    const begins = this.#enter('reasoning', index)
    return { type: 'reasoning', text, ...begins, ...(format !== undefined && { format }) }
  }

  enterCall(index: number): void {
    this.#bare.add(index)
    this.#enter('call', 0)
  }

  /** A call has arguments now; whether it had none before. */
  argue(index: number): boolean {
    return this.#bare.delete(index)
  }

  textOf(index: number): string {
    return this.#texts.get(index) ?? ''
  }

  #enter(kind: 'text' | 'reasoning' | 'call', index: number): { begins?: true } {
    const begins = this.#kind === kind && this.#index !== index
    this.#kind = kind
    this.#index = index
    return begins ? { begins } : {}
  }
}
