import { extname } from 'node:path'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { StoreChoice } from './store-choice.ts'
import { KEEP_ALL, type Retention } from '../store/retention.ts'

/** What every thread is told. No schema: a thread that loads one is ten megabytes larger. */
export interface ThreadData {
  readonly dataDir: string
  /** The user's own prices, if any. */
  readonly priceFile: string | null
  readonly store: StoreChoice
  /** All is kept when missing. */
  readonly retention?: Retention
  /** What the reader threads share when they may ask a server only so much at once. */
  readonly readTurns?: SharedArrayBuffer
}

export function readThreadData(data: unknown): ThreadData & { readonly retention: Retention } {
  if (typeof data === 'object' && data !== null && 'dataDir' in data) {
    const priceFile = 'priceFile' in data ? data.priceFile : null
    return {
      dataDir: String(data.dataDir),
      priceFile: typeof priceFile === 'string' ? priceFile : null,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only we start these threads
      store: 'store' in data ? (data.store as StoreChoice) : { kind: 'sqlite' },
      retention: 'retention' in data ? readRetention(data.retention) : KEEP_ALL,
      ...('readTurns' in data &&
        data.readTurns instanceof SharedArrayBuffer && { readTurns: data.readTurns }),
    }
  }
  throw new Error('This thread was not told where the data is.')
}

/** The port to the main thread, for a file that only runs as a worker. */
export function portOf(): MessagePort {
  if (parentPort) return parentPort
  throw new Error('This file runs as a worker thread only.')
}

/** The address of a worker's file beside this one: `.ts` in development, `.js` when built. */
export function threadFile(name: string): URL {
  return new URL(`./${name}${extname(import.meta.filename)}`, import.meta.url)
}

function readRetention(data: unknown): Retention {
  if (typeof data !== 'object' || data === null) return KEEP_ALL
  const days = 'maxDays' in data ? data.maxDays : null
  const bytes = 'maxBytes' in data ? data.maxBytes : null
  const textDays = 'maxTextDays' in data ? data.maxTextDays : null
  return {
    maxDays: typeof days === 'number' ? days : null,
    maxBytes: typeof bytes === 'number' ? bytes : null,
    maxTextDays: typeof textDays === 'number' ? textDays : null,
  }
}
