import { workerData } from 'node:worker_threads'
import { readForWriter } from '../store/draft-reader.ts'
import { draftReading } from './draft-reading.ts'
import { portOf, readThreadData } from './threads.ts'

readForWriter(portOf(), draftReading(readThreadData(workerData).priceFile))
