import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { LiveFrame } from '../api/ui/contract.ts'
import type { LivePeers } from '../api/ui/live.ts'
import type { LogFilter } from '../domain/log-query.ts'
import type { Log } from '../lib/log.ts'
import type { CrewData, FromCrew, ToCrew } from './crew-protocol.ts'
import { StartError } from './start-error.ts'
import { threadFile } from './threads.ts'

export interface CrewOptions {
  /** How many threads beside the main one. */
  readonly count: number
  readonly data: CrewData
  readonly log: Log
  /** Gives the store thread a port to one of them. */
  join(port: MessagePort): void
}

const RESTART_MS = 500

/**
 * Threads that answer requests beside the main one, on the same port: the system shares connections
 * out among those who listen. Each has an engine of its own; all records go to the one store thread.
 */
export class Crew implements LivePeers {
  readonly #options: CrewOptions
  readonly #members = new Set<Member>()
  readonly #sessions = new Map<string, (frame: LiveFrame) => void>()
  #stopping = false

  constructor(options: CrewOptions) {
    this.#options = options
  }

  /** Resolves when all of them listen. */
  async start(): Promise<void> {
    const { count } = this.#options
    await Promise.all(Array.from({ length: count }, () => this.#add().listening))
  }

  storeDied(why: string): void {
    this.#tell({ kind: 'store_died', why })
  }

  storeRestarted(): void {
    for (const member of this.#members) this.#connect(member)
  }

  reload(): void {
    this.#tell({ kind: 'reload' })
  }

  cancel(id: string): void {
    this.#tell({ kind: 'cancel', id })
  }

  /** Ends what runs at once. */
  cut(): void {
    this.#tell({ kind: 'cut' })
  }

  /** Resolves when their requests are over and their records with the store. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#tell({ kind: 'stop' })
    await Promise.all([...this.#members].map((member) => member.stopped))
  }

  open(session: string, filter: LogFilter, receive: (frame: LiveFrame) => void): void {
    this.#sessions.set(session, receive)
    this.#tell({ kind: 'live', session, filter })
  }

  watch(session: string, ids: readonly string[]): void {
    this.#tell({ kind: 'watch', session, ids })
  }

  drop(session: string): void {
    this.#sessions.delete(session)
    this.#tell({ kind: 'drop', session })
  }

  inFlight(): number {
    return [...this.#members].reduce((sum, member) => sum + member.inFlight, 0)
  }

  #add(): Member {
    const member = new Member(this.#options.data, {
      frame: (session, frame) => this.#sessions.get(session)?.(frame),
      ended: (why) => this.#ended(member, why),
    })
    this.#members.add(member)
    this.#connect(member)
    return member
  }

  #connect(member: Member): void {
    const { port1, port2 } = new MessageChannel()
    this.#options.join(port1)
    member.tell({ kind: 'store', port: port2 }, [port2])
  }

  #ended(member: Member, why: string): void {
    this.#members.delete(member)
    if (this.#stopping) return
    this.#options.log.error('a worker thread died and is started again', { why })
    setTimeout(() => {
      if (!this.#stopping) this.#add()
    }, RESTART_MS).unref()
  }

  #tell(message: ToCrew): void {
    for (const member of this.#members) member.tell(message)
  }
}

/** One thread of the crew, as the main thread sees it. */
class Member {
  readonly listening: Promise<void>
  readonly stopped: Promise<void>
  /** As it said last: only while somebody looks. */
  inFlight = 0
  readonly #worker: Worker

  constructor(
    data: CrewData,
    on: { frame(session: string, frame: LiveFrame): void; ended(why: string): void },
  ) {
    const listening = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    this.listening = listening.promise
    this.stopped = stopped.promise
    this.#worker = new Worker(threadFile('crew-thread'), { workerData: data })
    let why = 'it ended'
    this.#worker.on('error', (error) => {
      why = error instanceof Error ? error.message : String(error)
    })
    this.#worker.on('message', (message: FromCrew) => {
      if (message.kind === 'listening') listening.resolve()
      else if (message.kind === 'stopped') stopped.resolve()
      else this.#receive(message, on)
    })
    this.#worker.on('exit', () => {
      stopped.resolve()
      listening.reject(new StartError(`A worker thread could not start: ${why}.`))
      on.ended(why)
    })
  }

  tell(message: ToCrew, transfer: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, [...transfer])
  }

  #receive(
    { session, frame }: Extract<FromCrew, { kind: 'frame' }>,
    on: { frame(session: string, frame: LiveFrame): void },
  ): void {
    if (frame.type === 'stats') this.inFlight = frame.in_flight
    on.frame(session, frame)
  }
}
