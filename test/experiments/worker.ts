import { parentPort } from 'node:worker_threads'
import { perform, type Task } from './perform.ts'

parentPort?.on('message', (task: Task | null) => {
  if (task) parentPort?.postMessage(perform(task))
  else parentPort?.close()
})
