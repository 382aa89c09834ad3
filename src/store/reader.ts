import type { MessagePort } from 'node:worker_threads'
import { GatewayError } from '../domain/errors.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type Call, DEADLINE_MS, type FromReader, type ToReader } from './reader-protocol.ts'
import { Budget } from './sqlite/budget.ts'
import { Library } from './sqlite/library.ts'
import { Queries } from './sqlite/queries.ts'

export interface ReaderOptions {
  /** The worker's `parentPort`. */
  readonly port: MessagePort
  readonly dataDir: string
  readonly clock?: Clock
}

/** A query stops itself this much before the main thread would end the thread. */
const MARGIN_MS = 500

/** Answers questions about the log, one after the other. Runs in a thread of its own. */
export function runReader({ port, dataDir, clock = systemClock }: ReaderOptions): void {
  const queries = new Queries(new Library(dataDir))
  port.on('message', ({ number, call }: ToReader) => {
    const budget = new Budget(clock, DEADLINE_MS - MARGIN_MS)
    port.postMessage(
      answer(number, () => run(queries, call, budget)),
      [],
    )
  })
}

function answer(number: number, work: () => unknown): FromReader {
  try {
    return { number, value: work() }
  } catch (thrown) {
    if (thrown instanceof GatewayError) {
      return { number, code: thrown.code, message: thrown.message }
    }
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    return { number, code: 'internal', message: `The log cannot be read: ${why}.` }
  }
}

function run(queries: Queries, call: Call, budget: Budget): unknown {
  switch (call.method) {
    case 'list':
      return queries.list(...call.args, budget)
    case 'get':
      return queries.get(...call.args)
    case 'byResponse':
      return queries.byResponse(...call.args)
    case 'neighbours':
      return queries.neighbours(...call.args, budget)
    case 'overview':
      return queries.overview(...call.args, budget)
    case 'count':
      return queries.count(...call.args, budget)
  }
}
