import type { MessagePort } from 'node:worker_threads'
import { GatewayError } from '../domain/errors.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { Budget } from './budget.ts'
import { type Call, DEADLINE_MS, type FromReader, type ToReader } from './reader-protocol.ts'
import type { Answers } from './reads.ts'

/** Where an engine's answers come from. */
export interface ReadEngine {
  /** Answers to one question, which may take as long as the budget says. */
  answers(budget: Budget): Answers
}

export interface ReaderOptions {
  /** The worker's `parentPort`. */
  readonly port: MessagePort
  readonly engine: ReadEngine
  readonly clock?: Clock
}

/** A query stops itself this much before the main thread would end the thread. */
const MARGIN_MS = 500

/** Answers questions about what is stored. Runs in a thread of its own. */
export function runReader({ port, engine, clock = systemClock }: ReaderOptions): void {
  port.on('message', async ({ number, call }: ToReader) => {
    const budget = new Budget(clock, DEADLINE_MS - MARGIN_MS)
    port.postMessage(await answer(number, () => run(engine.answers(budget), call)), [])
  })
}

async function answer(number: number, work: () => unknown): Promise<FromReader> {
  try {
    return { number, value: await work() }
  } catch (thrown) {
    if (thrown instanceof GatewayError) {
      return { number, code: thrown.code, message: thrown.message }
    }
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    return { number, code: 'internal', message: `The log cannot be read: ${why}.` }
  }
}

function run(answers: Answers, { method, args }: Call): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `Call` pairs each method with its own arguments
  const ask = answers[method].bind(answers) as (...args: readonly unknown[]) => unknown
  return ask(...args)
}
