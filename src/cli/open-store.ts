import { ValkeyClaims } from '../access/valkey.ts'
import type { Config } from '../config/config.ts'
import { type Draft, withoutBodies } from '../engine/draft.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { StoreClient } from '../store/client.ts'
import { withFirstClaims } from '../store/first-claims.ts'
import { keptResponses } from '../store/kept-responses.ts'
import { openReader } from '../store/reader-client.ts'
import type { Reads } from '../store/reads.ts'
import { openRecorder, type Recorder, type RecorderOptions } from '../store/recorder.ts'
import { CLICKHOUSE_LIMITS, DEFAULT_LIMITS, type RecorderLimits } from '../store/recorder-limits.ts'
import type { Env } from './arguments.ts'
import type { StoreChoice } from './store-choice.ts'
import { type ThreadData, threadFile } from './threads.ts'

export type Store = ReturnType<typeof openStore>

/** The store as one thread of the gateway sees it: its recorder, and a reader of its own. */
export function openStore(
  threadData: ThreadData,
  of: {
    readonly config: () => Config
    readonly log: Log
    readonly link: RecorderOptions<Draft>['link']
    readonly env: Env
  },
) {
  const { log, link } = of
  const enabled = of.config().gateway.observabilityEnabled
  const recorder = openRecorder<Draft>({
    link,
    clock: systemClock,
    limits: limitsOf(threadData.store, of.config().gateway.batchWrites),
    strip: withoutBodies,
    onHealth: ({ state, message }) => {
      if (state === 'ok') log.info('the store is well again')
      else log.error(message ?? `the store is ${state}`)
    },
  })
  const reader = openReader({ thread: threadFile('reader-thread'), threadData })
  const claims = claimsOf(threadData.store, of.env)
  const client = clientOf(recorder, reader)
  const sink = enabled
    ? recorder
    : { add: () => {}, begin: () => {}, committed: () => Promise.resolve(true) }
  return {
    sink,
    recorder,
    reader,
    client: !enabled ? null : claims ? withFirstClaims(client, claims) : client,
    responses: enabled ? keptResponses(recorder, reader) : null,
    close: async () => {
      await recorder.close()
      await reader.close()
      await claims?.close()
    },
  }
}

/**
 * ClickHouse cannot look and write in one step, and PostgreSQL may be away: a Valkey that all
 * gateways share says then who was the first. A data directory has but one gateway.
 */
function claimsOf({ kind }: StoreChoice, env: Env): ValkeyClaims | null {
  const url = env['TENSORZERO_VALKEY_URL'] ?? ''
  return kind !== 'sqlite' && url !== '' ? new ValkeyClaims(url) : null
}

/** What is said of batches is for servers: the file takes them as they come. */
function limitsOf(store: StoreChoice, batches: Config['gateway']['batchWrites']): RecorderLimits {
  if (store.kind === 'sqlite') return DEFAULT_LIMITS
  const limits = store.kind === 'clickhouse' ? CLICKHOUSE_LIMITS : DEFAULT_LIMITS
  if (batches === null) return limits
  const rows = store.kind === 'clickhouse' ? batches.maxRows : batches.maxRowsPostgres
  return {
    ...limits,
    batchRows: rows,
    batchMs: batches.flushMs,
    maxQueueRows: batches.capacity ?? limits.maxQueueRows,
  }
}

function clientOf(recorder: Recorder<Draft>, reads: Reads): StoreClient {
  return {
    reads,
    change: (change) => recorder.change(change),
    flush: () => recorder.flush(),
  }
}
