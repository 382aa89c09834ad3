import type { Budget } from '../budget.ts'
import { RemoteFault } from '../remote/engine.ts'
import type { ReadEngine } from '../reader.ts'
import { readAddress } from './address.ts'
import { Connection } from './connection.ts'
import { type Ask, Queries } from './queries.ts'

/** With the writer's one: four at most. */
const MOST_QUERIES = 3

/** Reads a ClickHouse database whose tables the writer's engine has made. */
export function clickHouseReads(url: string): ReadEngine {
  let connection: Connection | undefined
  return {
    answers: (budget) => {
      connection ??= new Connection(readAddress(url), MOST_QUERIES)
      return new Queries(asking(connection, budget))
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
