import { workerData } from 'node:worker_threads'
import { findDamage } from '../store/sqlite/soundness.ts'
import { portOf, readThreadData } from './threads.ts'

const port = portOf()
await findDamage(readThreadData(workerData).dataDir, (line) => port.postMessage(line, []))
