import { workerData } from 'node:worker_threads'
import { decodeDialect } from '../api/dialects.ts'
import { completeRecord } from '../engine/complete.ts'
import type { Draft } from '../engine/draft.ts'
import { collectGarbage } from '../lib/collect-garbage.ts'
import { systemClock } from '../lib/clock.ts'
import { wireNamed } from '../providers/wires.ts'
import { PortHub } from '../store/port-hub.ts'
import { tablePricing } from './price-files.ts'
import { remoteEngine } from './remote-engine.ts'
import { portOf, readThreadData, threadFile } from './threads.ts'

const { dataDir, priceFile, store, retention } = readThreadData(workerData)
const price = tablePricing(priceFile)
const options = {
  port: new PortHub<Draft>(portOf()),
  dataDir,
  clock: systemClock,
  complete: (draft: Draft) =>
    completeRecord(draft, { request: decodeDialect, wire: wireNamed, price }),
}

/** Only what the chosen store needs is loaded. */
if (store.kind === 'sqlite') {
  const { runWriter } = await import('../store/writer.ts')
  const check = { thread: threadFile('check-thread'), threadData: workerData as unknown }
  runWriter<Draft>({ ...options, retention, check, settled: collectGarbage })
} else {
  const { runRemoteWriter } = await import('../store/remote/writer.ts')
  const engine = await remoteEngine(store, retention)
  runRemoteWriter<Draft>({ ...options, engine, random: Math.random })
  collectGarbage()
}
