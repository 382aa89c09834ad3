import type { Clock } from '../lib/clock.ts'
import type { Json } from '../domain/chat.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { type Batch, isCloneable, messageOf } from './batch.ts'
import type { Change } from './changes.ts'
import { PendingChanges, settle, unwritable } from './pending-changes.ts'
import type { FromWriter, Opening, WriterHealth } from './protocol.ts'
import type { Item } from './queue.ts'
import { Queue } from './queue.ts'
import type { RecorderLimits } from './recorder-limits.ts'
import type { StoreHealth } from './store.ts'
import type { LinkEvents, WriterLink } from './writer-link.ts'

/** Hands records to the store thread. Nothing here waits for a disk, and nothing here throws. */
export interface Recorder<Draft> {
  /** `bytes` is about what the draft holds in memory. */
  add(draft: Draft, bytes: number): void
  /** Notes that a long request has begun: if the process dies first, it is found as interrupted. */
  begin(started: Draft, bytes: number): void
  /**
   * True when the record, added just before, is on disk. False at once when it was dropped or
   * nothing can be written at the moment: it may still be written later.
   */
  committed(id: string): Promise<boolean>
  /**
   * Writes something beside inferences, after the records added before it. Resolves with its answer
   * when it is on disk; throws when nothing can be written at the moment.
   */
  change(change: Change): Promise<Json>
  /** How opening the files went. */
  opened(): Promise<Opening>
  health(): StoreHealth
  /** When everything added until now is on disk or given up. */
  flush(): Promise<void>
  /** Writes what waits, for at most five seconds, and closes the files. */
  close(): Promise<void>
}

export interface RecorderOptions<Draft> {
  /** The way to the store thread. */
  readonly link: (events: LinkEvents) => WriterLink<Draft>
  readonly clock: Clock
  readonly limits: RecorderLimits
  /** A draft without its texts, for when the queue is full. */
  strip(draft: Draft): Draft
  /** Told when the state or the message changes. */
  onHealth(health: StoreHealth): void
}

export function openRecorder<Draft extends { readonly id: string }>(
  options: RecorderOptions<Draft>,
): Recorder<Draft> {
  return new ThreadRecorder(options)
}

/** While one is being written, the next is already there. */
const MOST_IN_FLIGHT = 2
const CLOSE_MS = 5000
/** A thread that dies this often over the same batch gets it without texts; later, not at all. */
const DEATHS_TO_STRIP = 3
const DEATHS_TO_DROP = 5

const WELL: WriterHealth = { state: 'ok', message: null, stuck: false }

class ThreadRecorder<Draft extends { readonly id: string }> implements Recorder<Draft> {
  readonly #options: RecorderOptions<Draft>
  readonly #queue: Queue<Draft>
  readonly #thread: WriterLink<Draft>
  /** In order. A `Map` would keep what it held: see `Bag`. */
  #inFlight: Batch<Draft>[] = []
  readonly #acknowledgements = new Acknowledgements()
  readonly #changes = new PendingChanges()
  readonly #flushes: { readonly until: number; resolve(): void }[] = []
  readonly #opened = Promise.withResolvers<Opening>()
  #writer = WELL
  #waiting: (FromWriter & { readonly kind: 'waiting' }) | null = null
  #death: string | null = null
  #told = 'ok '
  #soon: NodeJS.Immediate | undefined
  #later: NodeJS.Timeout | undefined
  #lastPostUs = Number.NEGATIVE_INFINITY
  #nextBatch = 1
  #added = 0
  #done = 0
  #droppedRows = 0
  #writtenRows = 0
  #textless = 0
  #dropping = false
  #closed = false

  constructor(options: RecorderOptions<Draft>) {
    this.#options = options
    const { maxQueueBytes: maxBytes, maxQueueRows: maxRows } = options.limits
    this.#queue = new Queue({ maxBytes, maxRows }, (draft) => options.strip(draft))
    this.#thread = options.link({
      received: (message) => this.#receive(message),
      died: (why, deaths) => this.#mourn(why, deaths),
      restarted: () => this.#resend(),
    })
  }

  add(draft: Draft, bytes: number): void {
    const kept = this.#enqueue({ draft, bytes, begun: false, stripped: false })
    if (kept) this.#acknowledgements.expect(draft.id)
    else this.#droppedRows++
  }

  begin(started: Draft, bytes: number): void {
    this.#enqueue({ draft: started, bytes, begun: true, stripped: false })
  }

  committed(id: string): Promise<boolean> {
    if (this.#stuck) return Promise.resolve(false)
    const onDisk = this.#acknowledgements.wait(id)
    this.#schedule(true)
    return onDisk
  }

  change(change: Change): Promise<Json> {
    if (this.#writer.stuck || this.#closed) return Promise.reject(unwritable(this.#whyStuck))
    const answer = this.#changes.add(change, this.#added)
    this.#schedule(true)
    return answer
  }

  opened(): Promise<Opening> {
    return this.#opened.promise
  }

  health(): StoreHealth {
    return {
      ...this.#condition(),
      queuedRows: this.#queue.rows,
      queuedBytes: this.#queue.bytes,
      droppedRows: this.#droppedRows,
      droppedPayloads:
        this.#queue.droppedPayloads + this.#textless + (this.#waiting?.droppedPayloads ?? 0),
      ...(this.#waiting && { outboxRows: this.#waiting.rows, outboxBytes: this.#waiting.bytes }),
      writtenRows: this.#writtenRows,
    }
  }

  flush(): Promise<void> {
    if (this.#queue.rows === 0) return Promise.resolve()
    this.#schedule(true)
    return new Promise((resolve) => {
      this.#flushes.push({ until: this.#added, resolve })
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const startedUs = this.#options.clock.us()
    const deadline = Promise.withResolvers<void>()
    const timer = setTimeout(deadline.resolve, CLOSE_MS)
    await Promise.race([this.flush(), deadline.promise])
    clearTimeout(timer)
    const leftMs = CLOSE_MS - (this.#options.clock.us() - startedUs) / 1000
    await this.#thread.close(Math.max(1000, leftMs))
    this.#giveUp(this.#acknowledgements.pending)
    this.#unschedule()
  }

  get #whyStuck(): string {
    return this.#condition().message ?? 'it is being closed'
  }

  get #waits(): boolean {
    return this.#queue.waitingRows > 0 || this.#changes.waiting > 0
  }

  get #stuck(): boolean {
    return this.#writer.stuck || this.#death !== null
  }

  #enqueue(item: Item<Draft>): boolean {
    const payloads = this.#queue.droppedPayloads
    const kept = !this.#closed && this.#queue.add(item)
    if (kept) {
      this.#added++
      this.#schedule()
    }
    const dropped = (!kept && !item.begun) || this.#queue.droppedPayloads > payloads
    if (dropped && !this.#dropping && !this.#closed) {
      this.#dropping = true
      this.#tell()
    }
    return kept
  }

  /** Never in the caller's own time: the request goes on first. */
  #schedule(awaited = false): void {
    if (this.#inFlight.length >= MOST_IN_FLIGHT || !this.#waits) return
    if (this.#soon !== undefined) return
    const { batchRows, batchBytes, batchMs } = this.#options.limits
    const full =
      this.#changes.waiting > 0 ||
      this.#queue.waitingRows >= batchRows ||
      this.#queue.waitingBytes >= batchBytes
    const sinceMs = (this.#options.clock.us() - this.#lastPostUs) / 1000
    if (full || awaited || sinceMs >= batchMs) this.#soon = setImmediate(() => this.#postNext())
    else this.#later ??= setTimeout(() => this.#postNext(), batchMs - sinceMs)
  }

  #unschedule(): void {
    clearImmediate(this.#soon)
    clearTimeout(this.#later)
    this.#soon = undefined
    this.#later = undefined
  }

  #postNext(): void {
    this.#unschedule()
    if (this.#inFlight.length >= MOST_IN_FLIGHT || !this.#waits) return
    const { batchRows: rows, batchBytes: bytes } = this.#options.limits
    const items = this.#queue.take({ rows, bytes })
    const changes = this.#changes.take(this.#added - this.#queue.waitingRows)
    const batch = { number: this.#nextBatch++, items, changes }
    this.#inFlight.push(batch)
    this.#lastPostUs = this.#options.clock.us()
    this.#post(batch)
    this.#schedule()
  }

  #post(batch: Batch<Draft>): void {
    try {
      this.#thread.post(messageOf(batch))
    } catch {
      this.#dropItems(batch, (item) => !isCloneable(item.draft))
      this.#thread.post(messageOf(batch))
    }
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case 'opened':
        this.#opened.resolve(message.opening)
        this.#death = null
        this.#tell()
        break
      case 'health':
        this.#writer = message.health
        if (this.#stuck) this.#disappoint()
        this.#tell()
        break
      case 'acked':
        this.#textless += message.textless ?? 0
        this.#acknowledge(message)
        break
      case 'waiting':
        this.#waiting = message
        break
      case 'closed':
        break
    }
  }

  #acknowledge(message: FromWriter & { readonly kind: 'acked' }): void {
    const batch = this.#inFlight.find(({ number }) => number === message.number)
    if (batch === undefined) return
    settle(batch.changes, message.outcomes)
    const lost = new Set(message.lost)
    this.#inFlight = this.#inFlight.filter((other) => other !== batch)
    this.#release(batch.items)
    for (const { draft, begun } of batch.items) {
      if (begun) continue
      const onDisk = !lost.has(draft.id)
      if (onDisk) this.#writtenRows++
      else this.#droppedRows++
      this.#acknowledgements.answer(draft.id, onDisk)
    }
    if (this.#dropping && this.#queue.bytes * 2 < this.#options.limits.maxQueueBytes) {
      this.#dropping = false
    }
    this.#tell()
    this.#schedule()
  }

  #release(items: readonly Item<Draft>[]): void {
    this.#queue.release(items)
    this.#done += items.length
    while (this.#flushes[0] !== undefined && this.#flushes[0].until <= this.#done) {
      this.#flushes.shift()?.resolve()
    }
  }

  #mourn(why: string, deaths: number): void {
    this.#death = why
    // The next thread begins without a word when all is well.
    this.#writer = WELL
    this.#opened.resolve({
      state: 'refused',
      reason: 'sick',
      message: `The store thread died: ${why}.`,
    })
    this.#acknowledgements.disappoint()
    const [guilty] = this.#inFlight
    if (guilty !== undefined) {
      if (deaths >= DEATHS_TO_STRIP) for (const item of guilty.items) this.#queue.stripTaken(item)
      if (deaths >= DEATHS_TO_DROP) {
        if (guilty.items.length === 0) settle(guilty.changes.splice(0), [])
        this.#dropItems(guilty, () => true)
      }
    }
    this.#tell()
  }

  /** Nobody should wait for now, though what was sent may yet be written. */
  #disappoint(): void {
    this.#acknowledgements.disappoint()
    this.#changes.refuse(this.#whyStuck)
    for (const { changes } of this.#inFlight) settle(changes, [])
  }

  #resend(): void {
    for (const batch of this.#inFlight) this.#post(batch)
    this.#schedule()
  }

  #dropItems(batch: Batch<Draft>, guilty: (item: Item<Draft>) => boolean): void {
    const dropped = batch.items.filter(guilty)
    batch.items = batch.items.filter((item) => !dropped.includes(item))
    this.#release(dropped)
    this.#giveUp(dropped.filter((item) => !item.begun).map((item) => item.draft.id))
  }

  #giveUp(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#droppedRows++
      this.#acknowledgements.answer(id, false)
    }
  }

  #condition(): Pick<StoreHealth, 'state' | 'message'> {
    const { state, message } = this.#writer
    if (state === 'failed') return { state, message }
    if (this.#death !== null) {
      return {
        state: 'degraded',
        message: `The store thread died: ${this.#death}. It is started again.`,
      }
    }
    if (!this.#dropping) return { state, message }
    const full = 'Records come faster than they can be written: texts or rows are being dropped.'
    return { state: 'degraded', message: message === null ? full : `${message} ${full}` }
  }

  #tell(): void {
    const { state, message } = this.#condition()
    const now = `${state} ${message ?? ''}`
    if (now === this.#told) return
    this.#told = now
    this.#options.onHealth(this.health())
  }
}
