import { randomUUID } from 'node:crypto'
import type { InferenceRecord } from '../../domain/record.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import { Condition } from '../condition.ts'
import { IdleWork } from '../idle-work.ts'
import type { WriterPort } from '../port-hub.ts'
import type { FromWriter, Opening, ToWriter } from '../protocol.ts'
import { interrupted } from '../quarantine.ts'
import { type Complete, readDrafts } from '../read-drafts.ts'
import { writeBatch } from './each-alone.ts'
import type { RemoteEngine } from './engine.ts'
import { Link } from './link.ts'
import type { Outbox } from './outbox.ts'
import { OutboxHolder } from './outbox-holder.ts'
import { WHILE_AWAY } from './waiting.ts'

export interface RemoteWriterOptions<Draft extends { readonly id: string }> {
  readonly port: WriterPort<Draft>
  /** Where the outbox is. */
  readonly dataDir: string
  readonly clock: Clock
  readonly random: () => number
  readonly engine: RemoteEngine
  readonly maxOutboxBytes?: number
  readonly complete: Complete<Draft>
}

const MAX_OUTBOX_BYTES = 2 * 1024 ** 3

/**
 * Writes what the recorder sends to a server, until it says `close`. A batch is acknowledged when
 * the server has it or, while the server is away or slow, when it is on the disk in the outbox.
 */
export function runRemoteWriter<Draft extends { readonly id: string }>(
  options: RemoteWriterOptions<Draft>,
): void {
  const writer = new RemoteWriter(options)
  options.port.listen((message) => void writer.receive(message))
}

const SWEEP_ROWS = 100
const CLOSE_MS = 1000
const LOOK_AGAIN_MS = 1000

interface Batch {
  readonly number: number
  readonly token: string
  readonly records: readonly InferenceRecord[]
  readonly changes: readonly Change[]
  /** Its records, and the changes that may wait, are in the outbox, or had no room there. */
  spooled?: 'kept' | 'lost'
}

class RemoteWriter<Draft extends { readonly id: string }> {
  readonly #options: RemoteWriterOptions<Draft>
  readonly #condition: Condition
  readonly #link: Link
  readonly #outbox: OutboxHolder
  #batches: Batch[] = []
  #opening: Opening | undefined
  #sweep = false
  #again: NodeJS.Timeout | undefined
  #told = ''
  #closing = false
  readonly #chores = new IdleWork(() => this.#tidy())

  constructor(options: RemoteWriterOptions<Draft>) {
    this.#options = options
    const { dataDir, clock, engine, random, maxOutboxBytes = MAX_OUTBOX_BYTES } = options
    this.#condition = new Condition((health) => this.#post({ kind: 'health', health }))
    this.#link = new Link({ engine, random, changed: () => this.#turn() })
    const note = (text: string) => this.#condition.note(text)
    this.#outbox = new OutboxHolder({ dataDir, maxBytes: maxOutboxBytes, clock, note })
  }

  async receive(message: ToWriter<Draft>): Promise<void> {
    switch (message.kind) {
      case 'open':
        this.#sweep = message.first
        if (this.#options.engine.tidy !== undefined) this.#chores.start()
        break
      case 'batch':
        this.#take(message)
        break
      case 'close':
        await this.#close()
        return
    }
    this.#turn()
  }

  #take({ number, drafts, begun, changes }: ToWriter<Draft> & { readonly kind: 'batch' }): void {
    const { complete } = this.#options
    const records = readDrafts(drafts, complete)
    this.#batches.push({ number, token: randomUUID(), records, changes })
    const done = new Set(drafts.map(({ id }) => id))
    const journal = begun.filter(({ id }) => !done.has(id))
    const noted = readDrafts(journal, complete)
    this.#inOutbox((outbox) => outbox.begin(noted))
  }

  /** Does or begins all that can be done now. Called whenever something has changed. */
  #turn(): void {
    if (this.#closing) return
    const link = this.#link
    this.#inOutbox((outbox) => {
      if (outbox.empty && link.state !== 'away' && !link.late) return
      for (const batch of this.#batches) this.#spool(outbox, batch)
    })
    if (this.#refused()) return
    if (link.idle) this.#inOutboxOrNot((outbox) => this.#write(outbox))
    else link.open()
    this.#tell()
  }

  /** The one thing that comes next. */
  #write(outbox: Outbox | null): void {
    const [batch] = this.#batches
    const entry = outbox?.first() ?? null
    if (batch?.spooled !== undefined) void this.#ask(batch)
    else if (outbox !== null && entry !== null) {
      void this.#call((signal) => writeBatch(this.#options.engine, entry, signal)).then(
        (written) => {
          if (written !== null) this.#inOutbox((same) => same.remove(entry.seq))
          if (written !== null && written.lost.length > 0) this.#noteLost(written.lost)
          this.#turn()
        },
      )
    } else if (batch !== undefined) void this.#writeNow(batch)
  }

  /** Straight to the server: the usual way. */
  async #writeNow(batch: Batch): Promise<void> {
    const written = await this.#call((signal) => writeBatch(this.#options.engine, batch, signal))
    // Where it took too long, the batch is in the outbox, and acknowledged.
    if (written !== null && this.#batches.includes(batch) && batch.spooled === undefined) {
      this.#inOutbox((outbox) => outbox.end(batch.records))
      this.#acknowledge(batch, written.lost, written.outcomes)
    }
    this.#turn()
  }

  /** The server's answers to those changes of a batch that need one. */
  async #ask(batch: Batch): Promise<void> {
    const changes = batch.changes.filter(({ kind }) => WHILE_AWAY[kind] === 'refuse')
    const asked = { token: `${batch.token}.ask`, records: [], changes }
    const written = await this.#call((signal) => writeBatch(this.#options.engine, asked, signal))
    if (written !== null && this.#batches.includes(batch)) this.#settle(batch, written.outcomes)
    this.#turn()
  }

  async #call<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const called = await this.#link.call(work)
    return 'value' in called ? called.value : null
  }

  #spool(outbox: Outbox, batch: Batch): void {
    const changes = batch.changes.filter(({ kind }) => WHILE_AWAY[kind] === 'keep')
    if (batch.spooled === undefined) {
      const { token, records } = batch
      const nothing = records.length + changes.length === 0
      const kept = nothing || outbox.add({ token, records, changes })
      batch.spooled = kept ? 'kept' : 'lost'
    }
    const answerable = this.#link.state === 'up' && !this.#link.late
    if (changes.length === batch.changes.length || !answerable) this.#settle(batch, [])
  }

  /** Acknowledges a batch that is in the outbox, with the answers to the changes that need one. */
  #settle(batch: Batch, answers: readonly ChangeOutcome[]): void {
    const rest = [...answers]
    const away: ChangeOutcome = { error: this.#whyAway }
    const full: ChangeOutcome = { error: 'the outbox is full' }
    const kept: ChangeOutcome = batch.spooled === 'lost' ? full : { result: null }
    const outcomes = batch.changes.map(({ kind }) =>
      WHILE_AWAY[kind] === 'keep' ? kept : (rest.shift() ?? away),
    )
    const lost = batch.spooled === 'lost' ? batch.records.map(({ id }) => id) : []
    this.#acknowledge(batch, lost, outcomes)
  }

  #acknowledge(batch: Batch, lost: readonly string[], outcomes: readonly ChangeOutcome[]): void {
    this.#batches = this.#batches.filter((other) => other !== batch)
    // Who hears that it is kept has heard before that it is kept here.
    this.#tellWaiting(this.#outbox.get())
    this.#post({ kind: 'acked', number: batch.number, lost, outcomes })
  }

  get #whyAway(): string {
    const { fault } = this.#link
    return fault?.message ?? `${this.#options.engine.name} does not answer in time.`
  }

  /** Another process uses this directory, or a newer Weir did: what waits is given up. */
  #refused(): boolean {
    const { fault } = this.#outbox
    if (fault?.kind !== 'in_use' && fault?.kind !== 'newer') return false
    this.#condition.failed(fault.message)
    this.#say({ state: 'refused', reason: fault.kind, message: fault.message })
    for (const batch of this.#batches) {
      const outcomes = batch.changes.map(() => ({ error: fault.message }))
      this.#acknowledge(
        batch,
        batch.records.map(({ id }) => id),
        outcomes,
      )
    }
    this.#lookAgain()
    return true
  }

  #tell(): void {
    const { state, late, fault } = this.#link
    const outbox = this.#outbox.get()
    if (outbox === null) this.#tellWithoutOutbox()
    else {
      this.#tellWaiting(outbox)
      if (state === 'away' || late) {
        this.#condition.waiting(`${this.#whyAway} Records wait in ${outbox.path} until it does.`)
      } else if (!outbox.empty) this.#condition.waiting(this.#catchingUp(outbox))
      else if (state === 'up') this.#condition.well()
    }
    if (state === 'new' && !late) return
    if (fault === null || fault.kind === 'away') this.#say({ state: 'open' })
    else {
      const reason = fault.kind === 'newer' ? 'newer' : 'settings'
      this.#say({ state: 'refused', reason, message: fault.message })
    }
  }

  #tellWaiting(outbox: Outbox | null): void {
    if (outbox === null) return
    const { waiting, droppedPayloads } = outbox
    const told = `${waiting.rows} ${waiting.bytes} ${droppedPayloads}`
    if (told !== this.#told) this.#post({ kind: 'waiting', ...waiting, droppedPayloads })
    this.#told = told
  }

  #catchingUp({ path }: Outbox): string {
    return `${this.#options.engine.name} is there again: what waited in ${path} is being written.`
  }

  #tellWithoutOutbox(): void {
    const { fault } = this.#outbox
    const why = `The outbox ${fault?.path ?? ''} cannot be used: ${fault?.message ?? 'unknown'}.`
    if (this.#link.state === 'up') this.#condition.waiting(why)
    else this.#condition.degraded(`${this.#whyAway} ${why} Records wait in memory until then.`)
    this.#lookAgain()
  }

  /** Only while nothing is to be written. True when there is more to do. */
  async #tidy(): Promise<boolean> {
    const { engine } = this.#options
    const outbox = this.#outbox.get()
    if (this.#link.state === 'away') return false
    if (!this.#link.idle || this.#batches.length > 0 || outbox?.empty === false) return true
    const more = await this.#call((signal) => engine.tidy?.(signal) ?? Promise.resolve(false))
    this.#turn()
    return more ?? false
  }

  #noteLost(ids: readonly string[]): void {
    this.#condition.note(`${ids.length} records could not be stored, such as ${ids[0]}.`)
  }

  #lookAgain(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      this.#turn()
    }, LOOK_AGAIN_MS)
  }

  /** Does nothing while there is no outbox. */
  #inOutbox(work: (outbox: Outbox) => void): void {
    this.#inOutboxOrNot((outbox) => outbox && work(outbox))
  }

  #inOutboxOrNot(work: (outbox: Outbox | null) => void): void {
    try {
      const outbox = this.#outbox.get()
      if (outbox !== null && this.#sweep) {
        this.#sweep = false
        sweepInterrupted(outbox)
      }
      work(outbox)
    } catch (thrown) {
      this.#outbox.failed(thrown)
      this.#lookAgain()
    }
  }

  async #close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#again)
    this.#chores.stop()
    this.#inOutbox((outbox) => {
      for (const batch of this.#batches) this.#spool(outbox, batch)
      for (const batch of this.#batches) this.#settle(batch, [])
    })
    await this.#link.close(CLOSE_MS)
    this.#outbox.close()
    this.#post({ kind: 'closed' })
    this.#options.port.close()
  }

  /** Only the first word on it counts. */
  #say(opening: Opening): void {
    if (this.#opening !== undefined) return
    this.#opening = opening
    this.#post({ kind: 'opened', opening })
  }

  #post(message: FromWriter): void {
    this.#options.port.post(message)
  }
}

function sweepInterrupted(outbox: Outbox): void {
  for (;;) {
    const rows = outbox.interrupted(SWEEP_ROWS)
    if (rows.length === 0) return
    const records = rows.map(({ id, json }) => interrupted(id, json))
    const added = outbox.add({ token: randomUUID(), records, changes: [] })
    // What has no room at all is given up, or it would be found again for ever.
    if (!added) outbox.end(records)
  }
}
