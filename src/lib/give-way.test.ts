import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

const FILE = new URL('give-way.ts', import.meta.url).href

test.runIf(process.platform === 'linux')('a thread gives way alone', async () => {
  const own = getPriority()
  const worker = new Worker(
    `import { giveWay } from '${FILE}'
     import { getPriority } from 'node:os'
     import { parentPort } from 'node:worker_threads'
     giveWay()
     parentPort.postMessage(getPriority())`,
    { eval: true, type: 'module' } as object,
  )
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  worker.on('message', resolve).on('error', reject)
  expect(await promise).toBe(Math.min(19, own + 5))
  expect(getPriority()).toBe(own)
  await worker.terminate()
})
