import { Worker } from 'node:worker_threads'
import { GatewayError } from '../domain/errors.ts'
import { type Call, DEADLINE_MS, type FromReader, type ToReader } from './reader-protocol.ts'
import { READS, type Reads } from './reads.ts'

export interface ReaderClientOptions {
  /** A file that calls `runReader`, and what it gets as `workerData`. */
  readonly thread: URL
  readonly threadData: unknown
  readonly deadlineMs?: number
  /** An unused thread is ended, for its memory. */
  readonly idleMs?: number
}

const IDLE_MS = 60_000

/** Reads the log on a thread that starts with the first question and ends when none come. */
export function openReader(options: ReaderClientOptions): Reader {
  const thread = new ThreadReader(options)
  const methods = Object.keys(READS).map((method) => [
    method,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `READS` has every method's name, and the thread answers by it
    (...args: unknown[]) => thread.ask({ method, args } as unknown as Call),
  ])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
  const reads = Object.fromEntries(methods) as Reads
  return { ...reads, close: () => thread.close() }
}

export type Reader = Reads & { close(): Promise<void> }

interface Question {
  readonly call: Call
  readonly resolve: (value: unknown) => void
  readonly reject: (error: GatewayError) => void
  readonly timer: NodeJS.Timeout
}

class ThreadReader {
  readonly #options: ReaderClientOptions
  readonly #questions = new Map<number, Question>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #nextNumber = 1
  /** A cache has no time to wait for a thread that starts, nor have examples to be read again. */
  #staysAwake = false

  constructor(options: ReaderClientOptions) {
    this.#options = options
  }

  async close(): Promise<void> {
    this.#rejectAll('The gateway is stopping.')
    await this.#end()
  }

  ask(call: Call): Promise<unknown> {
    this.#staysAwake ||= call.method === 'cached' || call.method === 'nearestExamples'
    clearTimeout(this.#idle)
    const { deadlineMs = DEADLINE_MS } = this.#options
    return new Promise((resolve, reject) => {
      const number = this.#nextNumber++
      const timer = setTimeout(() => this.#expire(number), deadlineMs)
      this.#questions.set(number, { call, resolve, reject, timer })
      this.#post(number, call)
    })
  }

  #post(number: number, call: Call): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage({ number, call } satisfies ToReader, [])
  }

  #start(): Worker {
    const worker = new Worker(this.#options.thread, { workerData: this.#options.threadData })
    worker.unref()
    worker.on('message', (message: FromReader) => this.#answered(message))
    worker.on('error', () => this.#died(worker))
    worker.on('exit', () => this.#died(worker))
    return worker
  }

  #answered(message: FromReader): void {
    const question = this.#take(message.number)
    if (question === undefined) return
    if ('value' in message) question.resolve(message.value)
    else question.reject(new GatewayError(message.code, message.message))
    this.#rest()
  }

  /** It is stuck: another thread answers those that wait behind it. */
  #expire(number: number): void {
    this.#take(number)?.reject(
      new GatewayError('internal', 'The log did not answer in time. Try a narrower search.'),
    )
    void this.#end()
    for (const [waiting, { call }] of this.#questions) this.#post(waiting, call)
  }

  #died(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#rejectAll('The thread that reads the log died. Try again.')
  }

  #take(number: number): Question | undefined {
    const question = this.#questions.get(number)
    this.#questions.delete(number)
    clearTimeout(question?.timer)
    return question
  }

  #rejectAll(message: string): void {
    for (const number of this.#questions.keys()) {
      this.#take(number)?.reject(new GatewayError('internal', message))
    }
  }

  #rest(): void {
    if (this.#questions.size > 0 || this.#staysAwake) return
    this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs ?? IDLE_MS)
    this.#idle.unref()
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}
