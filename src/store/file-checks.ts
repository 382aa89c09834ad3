import { Worker } from 'node:worker_threads'
import type { HelperThread } from './helper-thread.ts'

const DAY_MS = 86_400_000
const SOON_MS = 1000

/** Has the files looked through in a thread of its own: soon after an unclean end, and daily. */
export class FileChecks {
  readonly #check: HelperThread
  readonly #note: (message: string) => void
  readonly #known = new Set<string>()
  #next: NodeJS.Timeout | undefined
  #worker: Worker | undefined

  constructor(check: HelperThread, note: (message: string) => void) {
    this.#check = check
    this.#note = note
  }

  start(unclean: boolean): void {
    this.#plan(unclean ? SOON_MS : DAY_MS)
  }

  stop(): void {
    clearTimeout(this.#next)
    void this.#worker?.terminate()
  }

  #plan(ms: number): void {
    clearTimeout(this.#next)
    this.#next = setTimeout(() => this.#run(), ms)
    this.#next.unref()
  }

  #run(): void {
    if (this.#worker !== undefined) return
    const { thread, threadData } = this.#check
    const worker = new Worker(thread, { workerData: threadData })
    this.#worker = worker
    worker.unref()
    worker.on('message', (found: unknown) => this.#tell(String(found)))
    worker.on('error', (error) => this.#tell(`The files could not be checked: ${String(error)}.`))
    worker.on('exit', () => {
      this.#worker = undefined
      this.#plan(DAY_MS)
    })
  }

  /** Once, however often it is found. */
  #tell(message: string): void {
    if (this.#known.has(message)) return
    this.#known.add(message)
    this.#note(message)
  }
}
