import { type MessagePort, Worker } from 'node:worker_threads'
import type { Join } from './port-hub.ts'
import type { FromWriter, ToWriter } from './protocol.ts'
import type { LinkEvents, WriterLink } from './writer-link.ts'

const FIRST_RESTART_MS = 100
const LONGEST_RESTART_MS = 5000

/** Records die young. At 4 MB a fifth of the time went into collecting them; 32 gain little more. */
const RESOURCES = { maxYoungGenerationSizeMb: 16 }

/** The writer's thread: started again, later and later, when it dies. Keeps no process alive. */
export class WriterThread<Draft> implements WriterLink<Draft> {
  readonly #start: () => Worker
  readonly #events: LinkEvents
  #worker: Worker
  /** Since the last sign of life. */
  #deaths = 0
  #why = 'it ended'
  #restart: NodeJS.Timeout | undefined
  #closing = false
  #exited: (() => void) | undefined

  constructor(thread: URL, threadData: unknown, events: LinkEvents) {
    this.#start = () => new Worker(thread, { workerData: threadData, resourceLimits: RESOURCES })
    this.#events = events
    this.#worker = this.#spawn(true)
  }

  post(message: ToWriter<Draft>): boolean {
    if (this.#restart !== undefined) return false
    this.#worker.postMessage(message, [])
    return true
  }

  /** Lets another thread send its records here too. */
  join(port: MessagePort): void {
    if (this.#restart !== undefined) return port.close()
    this.#worker.postMessage({ kind: 'join', port } satisfies Join, [port])
  }

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
