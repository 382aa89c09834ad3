import { workerData } from 'node:worker_threads'
import { runReader } from '../store/reader.ts'
import { sqliteReads } from '../store/sqlite/read-engine.ts'
import { portOf, readThreadData } from './threads.ts'

const { dataDir } = readThreadData(workerData)

runReader({ port: portOf(), engine: sqliteReads(dataDir) })
