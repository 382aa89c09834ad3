import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { threadFile } from '../../src/cli/threads.ts'
import { type Draft, withoutBodies } from '../../src/engine/draft.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { openRecorder, type Recorder } from '../../src/store/recorder.ts'
import { DEFAULT_LIMITS } from '../../src/store/recorder-limits.ts'
import type { Retention } from '../../src/store/retention.ts'
import { WriterThread } from '../../src/store/writer-thread.ts'
import type { Drafts } from './drafts.ts'

/** The gateway's own recorder and store thread, on files of its own. */
export function openBenchRecorder(dataDir: string, retention: Retention): Recorder<Draft> {
  return openRecorder<Draft>({
    link: (events) =>
      new WriterThread(threadFile('store-thread'), { dataDir, priceFile: null, retention }, events),
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    strip: withoutBodies,
    onHealth: ({ state, message }) => process.stderr.write(`store: ${state} ${message ?? ''}\n`),
  })
}

export interface Recorded {
  readonly rows: number
  readonly perSecond: number
  /** Of all threads, making the drafts included, in µs a request. */
  readonly cpuUs: number
  /** Of the thread that answers requests, in ms. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly droppedTexts: number
  readonly droppedRows: number
}

const TICK_MS = 2
const AT_ONCE = 16
/** More than this waiting, and texts would soon be dropped. */
const MOST_QUEUED_BYTES = 24 * 1024 * 1024

/** Adds drafts at a rate, or as fast as they are written; returns when all of them are on disk. */
export async function recordAll(
  recorder: Recorder<Draft>,
  drafts: Drafts,
  plan: { readonly rows: number; readonly rate: number | null; at(row: number): number },
): Promise<Recorded> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const startedMs = performance.now()
  const startedCpu = process.cpuUsage()
  delay.enable()
  let row = 0
  while (row < plan.rows) {
    const elapsedS = (performance.now() - startedMs) / 1000
    const due = plan.rate === null ? row + AT_ONCE : Math.floor(plan.rate * elapsedS)
    const room = recorder.health().queuedBytes < MOST_QUEUED_BYTES
    const until = room ? Math.min(due, plan.rows, row + AT_ONCE) : row
    for (; row < until; row += 1) {
      const { draft, bytes } = drafts.at(plan.at(row))
      recorder.add(draft, bytes)
    }
    await (room && row < due ? new Promise(setImmediate) : sleep(TICK_MS))
  }
  await recorder.flush()
  delay.disable()
  const { user, system } = process.cpuUsage(startedCpu)
  const { droppedRows, droppedPayloads } = recorder.health()
  return {
    rows: plan.rows,
    perSecond: plan.rows / ((performance.now() - startedMs) / 1000),
    cpuUs: (user + system) / plan.rows,
    loopDelayMs: {
      p50: delay.percentile(50) / 1e6,
      p99: delay.percentile(99) / 1e6,
      max: delay.max / 1e6,
    },
    droppedTexts: droppedPayloads,
    droppedRows,
  }
}
