import { Worker } from 'node:worker_threads'
import type { Clock } from '../lib/clock.ts'
import { type PackedDrafts, READY } from './draft-reader.ts'
import type { HelperThread } from './helper-thread.ts'

/** A writer that waits for its next batch less than this share of the time has none to spare. */
const SPARE = 0.2
const LONG_US = 1_000_000
/** The helper ends when there has been time to spare for so long. */
const LINGER_MS = 30_000
/** Three times the writer's: it lives only while much is to be read, and a batch is two megabytes of texts read. */
const RESOURCES = { maxYoungGenerationSizeMb: 48 }

export interface AheadThread extends HelperThread {
  /** Of how much time the writer must have had none to spare, in µs; a second when missing. */
  readonly afterUs?: number
}

/** Drafts that are being read elsewhere; without an answer when that is done, the helper is gone. */
export interface Reading {
  done: boolean
  packed?: PackedDrafts
}

/**
 * Has drafts read, and their texts packed, by a second thread while the writer's own writes the
 * batch before. It runs only while there is so much to write that one thread is never done: at rest
 * it would cost memory. One that dies is not started again: then the writer does all itself.
 */
export class ReadAhead<Draft> {
  readonly #helper: AheadThread
  readonly #clock: Clock
  readonly #answered: () => void
  readonly #longUs: number
  #readings: Reading[] = []
  #sinceUs: number
  /** Since then. */
  #idleUs = 0
  #worker: Worker | undefined
  #ready = false
  #died = false
  #end: NodeJS.Timeout | undefined

  /** `answered` is called whenever a reading is done. */
  constructor(helper: AheadThread, clock: Clock, answered: () => void) {
    this.#helper = helper
    this.#clock = clock
    this.#answered = answered
    this.#longUs = helper.afterUs ?? LONG_US
    this.#sinceUs = clock.us()
  }

  /** Undefined while there is no helper. `idleUs`: for how long the writer had nothing to do. */
  read(drafts: readonly Draft[], idleUs: number): Reading | undefined {
    this.#note(idleUs)
    if (!this.#ready || drafts.length === 0) return undefined
    const reading: Reading = { done: false }
    this.#readings.push(reading)
    this.#worker?.postMessage(drafts, [])
    return reading
  }

  stop(): void {
    clearTimeout(this.#end)
    void this.#worker?.terminate()
    this.#forget()
  }

  #note(idleUs: number): void {
    this.#idleUs += idleUs
    const now = this.#clock.us()
    const us = now - this.#sinceUs
    if (us < this.#longUs) return
    if (this.#idleUs <= us * SPARE) this.#help()
    this.#sinceUs = now
    this.#idleUs = 0
  }

  #help(): void {
    if (this.#died) return
    if (this.#worker !== undefined) {
      this.#end?.refresh()
      return
    }
    const { thread, threadData } = this.#helper
    const worker = new Worker(thread, { workerData: threadData, resourceLimits: RESOURCES })
    this.#worker = worker
    worker.unref()
    worker.on('message', (message: typeof READY | PackedDrafts) => {
      if (this.#worker !== worker) return
      if (message === READY) this.#ready = true
      else this.#answer(message)
    })
    // It ends then, too.
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#died = true
      this.#forget()
    })
    this.#end = setTimeout(() => this.stop(), LINGER_MS)
    this.#end.unref()
  }

  #answer(packed: PackedDrafts): void {
    const reading = this.#readings.shift()
    if (reading === undefined) return
    reading.packed = packed
    reading.done = true
    this.#answered()
  }

  /** What it has not read is read by the writer. */
  #forget(): void {
    this.#worker = undefined
    this.#ready = false
    const unread = this.#readings
    this.#readings = []
    for (const reading of unread) reading.done = true
    if (unread.length > 0) this.#answered()
  }
}
