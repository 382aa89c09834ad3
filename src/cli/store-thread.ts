import { workerData } from 'node:worker_threads'
import { decodeDialect } from '../api/dialects.ts'
import { completeRecord } from '../engine/complete.ts'
import type { Draft } from '../engine/draft.ts'
import { systemClock } from '../lib/clock.ts'
import { wireNamed } from '../providers/wires.ts'
import { PortHub } from '../store/port-hub.ts'
import { runWriter } from '../store/writer.ts'
import { tablePricing } from './price-files.ts'
import { portOf, readThreadData } from './threads.ts'

const { dataDir, priceFile } = readThreadData(workerData)
const price = tablePricing(priceFile)

runWriter<Draft>({
  port: new PortHub(portOf()),
  dataDir,
  clock: systemClock,
  complete: (draft) => completeRecord(draft, { request: decodeDialect, wire: wireNamed, price }),
})
