import { workerData } from 'node:worker_threads'
import { collectGarbage } from '../lib/collect-garbage.ts'
import { type ReadEngine, runReader } from '../store/reader.ts'
import { portOf, readThreadData, type ThreadData } from './threads.ts'

runReader({ port: portOf(), engine: await engineOf(readThreadData(workerData)) })
collectGarbage()

/** Only what the chosen store needs is loaded. */
async function engineOf({ dataDir, store }: ThreadData): Promise<ReadEngine> {
  switch (store.kind) {
    case 'sqlite': {
      const { sqliteReads } = await import('../store/sqlite/read-engine.ts')
      return sqliteReads(dataDir)
    }
    case 'postgres': {
      const { postgresReads } = await import('../store/postgres/read-engine.ts')
      return postgresReads(store.url)
    }
    case 'clickhouse': {
      const { clickHouseReads } = await import('../store/clickhouse/read-engine.ts')
      return clickHouseReads(store.url)
    }
  }
}
