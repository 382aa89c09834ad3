import { workerData } from 'node:worker_threads'
import type { Draft } from '../engine/draft.ts'
import { collectGarbage } from '../lib/collect-garbage.ts'
import { systemClock } from '../lib/clock.ts'
import { PortHub } from '../store/port-hub.ts'
import { draftReading } from './draft-reading.ts'
import { remoteEngine } from './remote-engine.ts'
import { portOf, readThreadData, threadFile } from './threads.ts'

const { dataDir, priceFile, store, retention } = readThreadData(workerData)
const options = {
  port: new PortHub<Draft>(portOf()),
  dataDir,
  clock: systemClock,
  complete: draftReading(priceFile),
}

/** Only what the chosen store needs is loaded. */
if (store.kind === 'sqlite') {
  const { runWriter } = await import('../store/writer.ts')
  const threadData: unknown = workerData
  const check = { thread: threadFile('check-thread'), threadData }
  const ahead = { thread: threadFile('draft-thread'), threadData }
  runWriter<Draft>({ ...options, retention, check, ahead, settled: collectGarbage })
} else {
  const { runRemoteWriter } = await import('../store/remote/writer.ts')
  const engine = await remoteEngine(store, retention)
  runRemoteWriter<Draft>({ ...options, engine, random: Math.random })
  collectGarbage()
}
