/** Records until it is killed: `node victim.ts DIR`. Says `ready` when the first is on disk. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../random.ts'
import { Drafts } from './drafts.ts'
import { openBenchRecorder } from './recording.ts'
import { Words } from './words.ts'

const dir = process.argv[2] ?? ''
const random = createRandom(7)
const drafts = new Drafts(new Words(random), random)
const recorder = openBenchRecorder(dir, { maxDays: null, maxBytes: null })
for (let row = 0; ; row += 1) {
  const { draft, bytes } = drafts.at(Date.now())
  recorder.add(draft, bytes)
  if (row === 100) {
    await recorder.flush()
    process.stdout.write('ready\n')
  }
  if (row % 16 === 0) await sleep(5)
}
