import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startWeir } from './support/process.ts'

/** CPU time of a process, in ticks of 10 ms. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

test('goes on quietly when nobody reads what it prints any more', async () => {
  await using weir = await startWeir()
  weir.deafen()
  process.kill(weir.pid, 'SIGHUP')
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => fetch(`${weir.url}/no-such-route`).then((r) => r.status)),
  )
  expect(answers).toEqual([404, 404, 404, 404, 404])
  const before = ticksOf(weir.pid)
  await new Promise((done) => setTimeout(done, 2000))
  expect(ticksOf(weir.pid) - before).toBeLessThan(50)
  expect(await weir.stop('SIGTERM')).toBe(0)
})
