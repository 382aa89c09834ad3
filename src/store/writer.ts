import type { InferenceRecord } from '../domain/record.ts'
import type { Clock } from '../lib/clock.ts'
import type { Change, ChangeOutcome } from './changes.ts'
import { Condition } from './condition.ts'
import { FileChecks } from './file-checks.ts'
import type { HelperThread } from './helper-thread.ts'
import { IdleWork } from './idle-work.ts'
import type { WriterPort } from './port-hub.ts'
import type { FromWriter, Opening, ToWriter } from './protocol.ts'
import { changeEachAlone, sweepInterrupted, writeEachAlone } from './one-by-one.ts'
import { type AheadThread, ReadAhead, type Reading } from './read-ahead.ts'
import { type Complete, readDrafts } from './read-drafts.ts'
import type { Retention } from './retention.ts'
import { DiskSpace } from './sqlite/disk-space.ts'
import type { Prepared } from './sqlite/engine.ts'
import { setAside, SqliteEngine } from './sqlite/engine.ts'
import { asFault, StoreFault } from './sqlite/fault.ts'

export interface WriterOptions<Draft extends { readonly id: string }> {
  readonly port: WriterPort<Draft>
  readonly dataDir: string
  readonly clock: Clock
  /** Everything when missing. */
  readonly retention?: Retention | undefined
  /** Looks through the files while they are in use; nobody does when missing. */
  readonly check?: HelperThread
  /** Reads drafts (`readForWriter`) where there are too many for one thread; none does when missing. */
  readonly ahead?: AheadThread
  /** Called once, when somebody who waits for the files has been told how opening them went. */
  readonly settled?: () => void
  readonly complete: Complete<Draft>
}

/** Writes what the recorder sends, until it says `close`. Runs in a thread of its own. */
export function runWriter<Draft extends { readonly id: string }>(
  options: WriterOptions<Draft>,
): void {
  const writer = new Writer(options)
  options.port.listen((message) => writer.receive(message))
}

const RETRY_MS = 1000
const FIRST_BUSY_MS = 50
const REOPEN_US = 5_000_000
const MOST_SET_ASIDE = 5

const NEARLY_FULL =
  'The disk is nearly full: requests are recorded without their texts. Free some space.'

interface Batch<Draft> {
  readonly number: number
  readonly drafts: readonly Draft[]
  readonly begun: readonly Draft[]
  readonly changes: readonly Change[]
  /** Its drafts are being read elsewhere. */
  reading?: Reading | undefined
  records?: readonly InferenceRecord[]
  prepared?: Prepared
  textless?: number
  /** Something in it cannot be stored: each record for itself. */
  alone?: true
}

class Writer<Draft extends { readonly id: string }> {
  readonly #options: WriterOptions<Draft>
  readonly #condition: Condition
  readonly #batches: Batch<Draft>[] = []
  #engine: SqliteEngine | undefined
  #opening: Opening | undefined
  #sweep = false
  #retry: NodeJS.Timeout | undefined
  #retries = 0
  #soon: NodeJS.Immediate | undefined
  #refusal: { readonly fault: StoreFault; readonly untilUs: number } | undefined
  readonly #disk: DiskSpace
  readonly #checks: FileChecks | undefined
  readonly #ahead: ReadAhead<Draft> | undefined
  /** When there was nothing left to write. */
  #doneUs: number
  readonly #chores = new IdleWork(() => this.#tidy())

  constructor(options: WriterOptions<Draft>) {
    this.#options = options
    this.#condition = new Condition((health) => this.#post({ kind: 'health', health }))
    this.#disk = new DiskSpace(options.dataDir, options.clock)
    const note = this.#condition.note.bind(this.#condition)
    this.#checks = options.check && new FileChecks(options.check, note)
    const { ahead, clock } = options
    this.#doneUs = clock.us()
    this.#ahead = ahead && new ReadAhead(ahead, clock, () => this.#goOn())
  }

  receive(message: ToWriter<Draft>): void {
    switch (message.kind) {
      case 'open':
        this.#sweep = message.first
        break
      case 'batch':
        this.#batches.push({ ...message, reading: this.#readAhead(message.drafts) })
        break
      case 'close':
        this.#close()
        return
    }
    this.#goOn()
  }

  /** Not at once: while a port has messages, no timer and no other port has its turn. */
  #goOn(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined
      if (this.#retry === undefined) this.#drain()
    })
  }

  /** While something is wrong with the files nobody reads ahead. */
  #readAhead(drafts: readonly Draft[]): Reading | undefined {
    if (this.#engine === undefined || this.#retry !== undefined) return undefined
    const idleUs = this.#batches.length > 0 ? 0 : this.#options.clock.us() - this.#doneUs
    return this.#ahead?.read(drafts, idleUs)
  }

  /** Writes the batch that waits longest, unless it is being read or a fault says to wait. */
  #drain(): void {
    for (;;) {
      const batch = this.#batches[0]
      if (batch?.reading?.done === false) return
      try {
        const engine = this.#opened()
        if (batch === undefined) return
        const written = this.#write(engine, batch)
        this.#batches.shift()
        this.#doneUs = this.#options.clock.us()
        this.#retries = 0
        if (this.#disk.isLow) this.#condition.waiting(NEARLY_FULL)
        else this.#condition.well()
        this.#post({ kind: 'acked', number: batch.number, ...written })
        this.#goOn()
        return
      } catch (thrown) {
        if (!this.#overcome(faultOf(thrown, this.#options.dataDir), batch)) return
      }
    }
  }

  #opened(): SqliteEngine {
    if (this.#engine !== undefined) return this.#engine
    const { dataDir, retention, clock } = this.#options
    if (this.#refusal !== undefined && this.#options.clock.us() < this.#refusal.untilUs) {
      throw this.#refusal.fault
    }
    const engine = new SqliteEngine(dataDir, retention, clock)
    this.#engine = engine
    this.#checks?.start(engine.hot.unclean)
    if (this.#sweep) sweepInterrupted(engine)
    this.#sweep = false
    this.#refusal = undefined
    this.#say({ state: 'open' })
    this.#chores.start()
    return engine
  }

  #write(engine: SqliteEngine, batch: Batch<Draft>): Written {
    if (batch.alone) {
      const lost = writeEachAlone(engine, this.#recordsOf(batch))
      return { lost, outcomes: changeEachAlone(engine, batch.changes) }
    }
    const isLow = this.#disk.isLow
    batch.textless ??= isLow ? batch.drafts.length : 0
    batch.prepared ??=
      (isLow ? null : placeRead(engine, batch)) ?? engine.prepare(this.#recordsOf(batch), !isLow)
    const done = new Set(batch.drafts.map((draft) => draft.id))
    const begun = batch.begun.filter((draft) => !done.has(draft.id))
    const journal = readDrafts(begun, this.#options.complete)
    const outcomes = engine.commit(batch.prepared, journal, batch.changes)
    return { lost: [], outcomes, textless: batch.textless }
  }

  #recordsOf(batch: Batch<Draft>): readonly InferenceRecord[] {
    return (batch.records ??= readDrafts(batch.drafts, this.#options.complete))
  }

  /** True to go on at once, false to wait. A batch stays until it is written or given up. */
  #overcome(fault: StoreFault, batch: Batch<Draft> | undefined): boolean {
    switch (fault.kind) {
      case 'busy':
        // Once is nothing: another program may be reading the file.
        if (this.#retries > 0) this.#wait(`${fault.path} is locked by another program.`)
        this.#retryIn(Math.min(RETRY_MS, FIRST_BUSY_MS * 2 ** this.#retries++))
        return false
      case 'full':
        this.#dropEngine()
        if (this.#disk.release()) return true
        this.#wait(`The disk is full: ${fault.path} cannot grow. Free some space.`)
        this.#retryIn(RETRY_MS)
        return false
      case 'io':
        this.#dropEngine()
        this.#wait(`${fault.path} cannot be written: ${fault.message}.`)
        this.#retryIn(RETRY_MS)
        return false
      case 'corrupt':
        return this.#replace(fault)
      case 'denied':
      case 'in_use':
      case 'newer':
        return this.#refuse(fault)
      case 'other':
        if (batch === undefined || batch.alone) return this.#refuse(fault)
        batch.alone = true
        return true
    }
  }

  #wait(message: string): void {
    this.#condition.degraded(`${message} Records wait in memory until then.`)
    this.#say({ state: 'refused', reason: 'sick', message })
  }

  /** Sets a damaged file aside and goes on with a new one. */
  #replace(fault: StoreFault): boolean {
    this.#dropEngine()
    if (this.#condition.notes >= MOST_SET_ASIDE) return this.#refuse(fault)
    try {
      const aside = setAside(fault.path, this.#options.clock.now())
      this.#condition.note(`${fault.path} was damaged. It is kept as ${aside}; a new file is used.`)
      return true
    } catch (thrown) {
      return this.#refuse(asFault(thrown, fault.path))
    }
  }

  /** Gives up what waits, so that memory does not fill for nothing; tries again later. */
  #refuse(fault: StoreFault): boolean {
    this.#dropEngine()
    const { kind } = fault
    const known = kind === 'in_use' || kind === 'newer'
    const message = known
      ? fault.message
      : `Nothing is recorded, as ${fault.path} cannot be used: ${fault.message}.`
    if (this.#refusal?.fault !== fault) {
      this.#refusal = { fault, untilUs: this.#options.clock.us() + REOPEN_US }
    }
    this.#condition.failed(message)
    this.#say({ state: 'refused', reason: known ? kind : 'sick', message })
    for (const batch of this.#batches.splice(0)) {
      const lost = batch.drafts.map((draft) => draft.id)
      const outcomes = batch.changes.map(() => ({ error: message }))
      this.#post({ kind: 'acked', number: batch.number, lost, outcomes })
    }
    return false
  }

  /** True when there is more to do. */
  #tidy(): boolean {
    if (this.#engine === undefined || this.#retry !== undefined) return false
    try {
      return this.#engine.tidy()
    } catch (thrown) {
      const fault = faultOf(thrown, this.#options.dataDir)
      if (fault.kind === 'other') this.#condition.note(`Tidying up failed: ${fault.message}.`)
      else if (this.#overcome(fault, undefined)) this.#drain()
      return false
    }
  }

  #retryIn(ms: number): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#drain()
    }, ms)
  }

  #dropEngine(): void {
    try {
      this.#engine?.close(false)
    } catch {
      // It is its files that are at fault.
    }
    this.#engine = undefined
  }

  #close(): void {
    // What is being read elsewhere is read here.
    this.#ahead?.stop()
    while (this.#batches.length > 0 && this.#retry === undefined) this.#drain()
    clearImmediate(this.#soon)
    clearTimeout(this.#retry)
    this.#checks?.stop()
    this.#chores.stop()
    try {
      this.#engine?.close(true)
    } catch {
      // What was acknowledged is in the log beside the file, and the next start reads it.
    }
    this.#post({ kind: 'closed' })
    this.#options.port.close()
  }

  /** Only the first word on it counts. */
  #say(opening: Opening): void {
    if (this.#opening !== undefined) return
    this.#opening = opening
    this.#post({ kind: 'opened', opening })
    this.#options.settled?.()
  }

  #post(message: FromWriter): void {
    this.#options.port.post(message)
  }
}

interface Written {
  /** The ids of what cannot be stored, not even without contents. */
  readonly lost: readonly string[]
  readonly outcomes: readonly ChangeOutcome[]
  readonly textless?: number
}

/** What was read and packed elsewhere; null when it was not, or is in part there already. */
function placeRead<Draft>(engine: SqliteEngine, { reading }: Batch<Draft>): Prepared | null {
  return reading?.packed ? engine.place(reading.packed) : null
}

/** What no file is at fault for must not cost a file its place. */
function faultOf(thrown: unknown, dataDir: string): StoreFault {
  if (thrown instanceof StoreFault) return thrown
  return new StoreFault('other', dataDir, messageOf(thrown), thrown)
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
