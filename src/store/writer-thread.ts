import { Worker } from 'node:worker_threads'
import type { FromWriter, ToWriter } from './protocol.ts'

const FIRST_RESTART_MS = 100
const LONGEST_RESTART_MS = 5000

/** Records die young: a small nursery costs no more time, and saves some 30 MB. */
const RESOURCES = { maxYoungGenerationSizeMb: 4 }

export interface ThreadEvents {
  received(message: FromWriter): void
  /** The thread ended by itself; it starts again later, and then `restarted` is called. */
  died(why: string, deaths: number): void
  restarted(): void
}

/** The writer's thread: started again, later and later, when it dies. Keeps no process alive. */
export class WriterThread<Draft> {
  readonly #start: () => Worker
  readonly #events: ThreadEvents
  #worker: Worker
  /** Since the last sign of life. */
  #deaths = 0
  #why = 'it ended'
  #restart: NodeJS.Timeout | undefined
  #closing = false
  #exited: (() => void) | undefined

  constructor(thread: URL, threadData: unknown, events: ThreadEvents) {
    this.#start = () => new Worker(thread, { workerData: threadData, resourceLimits: RESOURCES })
    this.#events = events
    this.#worker = this.#spawn(true)
  }

  /** False while it is dead. Throws when a message cannot be cloned. */
  post(message: ToWriter<Draft>): boolean {
    if (this.#restart !== undefined) return false
    this.#worker.postMessage(message, [])
    return true
  }

  /** Lets the thread close its files; ends it by force after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#closing = true
    if (this.#restart !== undefined) {
      clearTimeout(this.#restart)
      return
    }
    this.#worker.ref()
    this.#worker.postMessage({ kind: 'close' } satisfies ToWriter<Draft>, [])
    const force = setTimeout(() => void this.#worker.terminate(), withinMs)
    await new Promise<void>((resolve) => {
      this.#exited = resolve
    })
    clearTimeout(force)
  }

  #spawn(first: boolean): Worker {
    const worker = this.#start()
    worker.unref()
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'acked') this.#deaths = 0
      this.#events.received(message)
    })
    worker.on('error', (error) => {
      this.#why = error instanceof Error ? error.message : String(error)
    })
    worker.on('exit', () => this.#ended())
    worker.postMessage({ kind: 'open', first } satisfies ToWriter<Draft>, [])
    return worker
  }

  #ended(): void {
    this.#exited?.()
    if (this.#closing) return
    const delayMs = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** this.#deaths)
    this.#deaths++
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      this.#worker = this.#spawn(false)
      this.#events.restarted()
    }, delayMs)
    this.#restart.unref()
    this.#events.died(this.#why, this.#deaths)
  }
}
