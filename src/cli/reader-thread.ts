import { workerData } from 'node:worker_threads'
import { systemClock } from '../lib/clock.ts'
import { collectGarbage } from '../lib/collect-garbage.ts'
import { type ReadEngine, runReader } from '../store/reader.ts'
import type { OutboxReader } from '../store/remote/outbox-reader.ts'
import { portOf, readThreadData, type ThreadData } from './threads.ts'

runReader({ port: portOf(), engine: await engineOf(readThreadData(workerData)) })
collectGarbage()

/** Only what the chosen store needs is loaded. */
async function engineOf({ dataDir, store, readTurns }: ThreadData): Promise<ReadEngine> {
  switch (store.kind) {
    case 'sqlite': {
      const { sqliteReads } = await import('../store/sqlite/read-engine.ts')
      return sqliteReads(dataDir)
    }
    case 'postgres': {
      const { postgresReads } = await import('../store/postgres/read-engine.ts')
      return postgresReads(store.url, await outboxIn(dataDir))
    }
    case 'clickhouse': {
      const { clickHouseReads } = await import('../store/clickhouse/read-engine.ts')
      const { roomForReads, SharedTurns } = await import('../store/clickhouse/shared-turns.ts')
      const turns = new SharedTurns(readTurns ?? roomForReads(), systemClock)
      return clickHouseReads(store.url, { outbox: await outboxIn(dataDir), turns })
    }
  }
}

async function outboxIn(dataDir: string): Promise<OutboxReader> {
  const module = await import('../store/remote/outbox-reader.ts')
  return new module.OutboxReader(dataDir)
}
