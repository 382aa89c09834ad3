import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBenchRecorder } from './recording.ts'

const LIFE_MS = 2000

/** How long opening takes, in ms, after a process that was recording has been killed. */
export async function timeReopening(dataDir: string, times: number): Promise<number[]> {
  const took: number[] = []
  for (let kill = 0; kill < times; kill += 1) {
    const victim = spawn(process.execPath, [`${import.meta.dirname}/victim.ts`, dataDir])
    await once(victim.stdout, 'data')
    await sleep(LIFE_MS)
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    const startedMs = performance.now()
    const recorder = openBenchRecorder(dataDir, { maxDays: null, maxBytes: null })
    await recorder.opened()
    took.push(performance.now() - startedMs)
    await recorder.close()
  }
  return took
}
