/** One thing to write, from when it is added until it is on disk. */
export interface Item<Draft> {
  draft: Draft
  bytes: number
  /** A request that has begun, rather than a finished one. */
  readonly begun: boolean
  stripped: boolean
}

export interface QueueLimits {
  readonly maxBytes: number
  readonly maxRows: number
}

/** What a draft without its bodies is counted as. */
export const STRIPPED_BYTES = 1000

/** Taken slots in front of the list before it is cut off. */
const SLACK = 1024

/**
 * Drafts in order, bounded by bytes and rows. When it is full the texts go first, the oldest first,
 * and whole rows only when nothing but facts is left.
 */
export class Queue<Draft> {
  readonly #limits: QueueLimits
  readonly #strip: (draft: Draft) => Draft
  /** A taken one leaves a hole: here it would live on until the list is cut. */
  #items: (Item<Draft> | undefined)[] = []
  /** The first that is not taken. */
  #head = 0
  /** No item before it has texts left to drop. */
  #unstripped = 0
  #bytes = 0
  #rows = 0
  #waitingBytes = 0
  #droppedPayloads = 0

  constructor(limits: QueueLimits, strip: (draft: Draft) => Draft) {
    this.#limits = limits
    this.#strip = strip
  }

  /** Waiting and taken. */
  get rows(): number {
    return this.#rows
  }

  get bytes(): number {
    return this.#bytes
  }

  get waitingRows(): number {
    return this.#items.length - this.#head
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get droppedPayloads(): number {
    return this.#droppedPayloads
  }

  /** False when there is no room for it, not even without its texts. */
  add(item: Item<Draft>): boolean {
    if (this.#rows >= this.#limits.maxRows) return false
    // A journal entry is a comfort: it takes no room from records.
    if (item.begun && !this.#fits(item)) return false
    if (!this.#makeRoom(item)) return false
    this.#items.push(item)
    this.#rows++
    this.#bytes += item.bytes
    this.#waitingBytes += item.bytes
    return true
  }

  /** Takes the first ones, as many as the limits allow but at least one. They still count. */
  take(limits: { rows: number; bytes: number }): Item<Draft>[] {
    const taken: Item<Draft>[] = []
    let bytes = 0
    for (let next = this.#items[this.#head]; next !== undefined; next = this.#items[this.#head]) {
      const fits = taken.length < limits.rows && bytes + next.bytes <= limits.bytes
      if (taken.length > 0 && !fits) break
      taken.push(next)
      bytes += next.bytes
      this.#items[this.#head++] = undefined
    }
    this.#waitingBytes -= bytes
    this.#cut()
    return taken
  }

  /** What was taken is written, or given up. */
  release(items: readonly Item<Draft>[]): void {
    this.#rows -= items.length
    for (const item of items) this.#bytes -= item.bytes
  }

  /** Drops the texts of an item that was taken. */
  stripTaken(item: Item<Draft>): void {
    this.#bytes -= this.#stripItem(item)
  }

  #fits(item: Item<Draft>): boolean {
    return this.#bytes + item.bytes <= this.#limits.maxBytes
  }

  #makeRoom(item: Item<Draft>): boolean {
    this.#unstripped = Math.max(this.#unstripped, this.#head)
    while (!this.#fits(item)) {
      const oldest = this.#items[this.#unstripped]
      if (oldest === undefined) break
      this.#unstripped++
      const freed = this.#stripItem(oldest)
      this.#bytes -= freed
      this.#waitingBytes -= freed
    }
    if (!this.#fits(item)) this.#stripItem(item)
    return this.#fits(item)
  }

  /** Returns how many bytes that frees. */
  #stripItem(item: Item<Draft>): number {
    if (item.stripped) return 0
    const before = item.bytes
    item.draft = this.#strip(item.draft)
    item.stripped = true
    item.bytes = Math.min(before, STRIPPED_BYTES)
    this.#droppedPayloads++
    return before - item.bytes
  }

  #cut(): void {
    if (this.#head < SLACK || this.#head * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#head)
    this.#unstripped = Math.max(0, this.#unstripped - this.#head)
    this.#head = 0
  }
}
