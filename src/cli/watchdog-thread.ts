import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const STDERR = 2

/** Ends the process when it takes longer than so many seconds. */
const seconds = Number(workerData)
setTimeout(() => {
  writeSync(STDERR, `The question takes longer than ${seconds} s (--timeout): it is given up.\n`)
  process.kill(process.pid, 'SIGTERM')
}, seconds * 1000)
