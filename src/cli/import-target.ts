import { randomUUID } from 'node:crypto'
import type { ImportTarget } from '../ops/import/import.ts'
import { RemoteFault } from '../store/remote/engine.ts'
import { SqliteEngine } from '../store/sqlite/engine.ts'
import { StoreFault } from '../store/sqlite/fault.ts'
import { remoteEngine } from './remote-engine.ts'
import type { StoreChoice } from './store-choice.ts'

/** A migration may rewrite a large table. */
const OPEN_MS = 600_000
const WRITE_MS = 60_000

/** The store as an import writes it: in this thread, a page a commit. */
export interface OpenTarget extends ImportTarget {
  readonly name: string
  close(): Promise<void>
}

/** Files must be nobody else's meanwhile; a server may serve gateways at the same time. */
export async function openTarget(choice: StoreChoice, dataDir: string): Promise<OpenTarget> {
  if (choice.kind === 'sqlite') return sqliteTarget(dataDir)
  const engine = await remoteEngine(choice)
  await engine.open(AbortSignal.timeout(OPEN_MS))
  return {
    name: engine.name,
    write: (batch) =>
      engine.write({ ...batch, token: randomUUID() }, AbortSignal.timeout(WRITE_MS)),
    close: () => engine.close(),
  }
}

function sqliteTarget(dataDir: string): OpenTarget {
  const engine = new SqliteEngine(dataDir)
  return {
    name: dataDir,
    // The engine is synchronous: what it throws becomes the promise's.
    write: async ({ records, changes }) => {
      try {
        return await Promise.resolve(engine.commit(engine.prepare(records), [], changes))
      } catch (thrown) {
        if (!(thrown instanceof StoreFault) || thrown.kind !== 'other') throw thrown
        throw new RemoteFault('data', thrown.message, thrown)
      }
    },
    close: () => Promise.resolve(engine.close(true)),
  }
}
