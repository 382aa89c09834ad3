import type { Budget } from '../budget.ts'
import { RemoteFault } from '../remote/engine.ts'
import type { OutboxReader } from '../remote/outbox-reader.ts'
import type { ReadEngine } from '../reader.ts'
import { readAddress } from './address.ts'
import { Connection } from './connection.ts'
import { type Ask, Queries } from './queries.ts'
import { MOST_READS } from './shared-turns.ts'
import type { Turns } from './turns.ts'

interface ClickHouseReadOptions {
  readonly outbox: OutboxReader
  /** Shared with the readers of the process's other threads. */
  readonly turns: Turns
}

/** Reads a ClickHouse database whose tables the writer's engine has made. */
export function clickHouseReads(url: string, { outbox, turns }: ClickHouseReadOptions): ReadEngine {
  let connection: Connection | undefined
  return {
    answers: (budget) => {
      connection ??= new Connection(readAddress(url), MOST_READS, turns)
      return new Queries(asking(connection, budget), outbox)
    },
  }
}

function asking(connection: Connection, budget: Budget): Ask {
  return async (query, params) => {
    const left = budget.leftMs
    const limits = { signal: AbortSignal.timeout(left), seconds: left / 1000 }
    try {
      return await connection.select(query, params, limits)
    } catch (thrown) {
      if (thrown instanceof RemoteFault) budget.check()
      throw thrown
    }
  }
}
