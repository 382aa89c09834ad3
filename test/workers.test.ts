import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startWeir, type WeirProcess } from './support/process.ts'

const WORKERS = { args: ['--default-config', '--workers', '3'] }
/** A busy machine takes its time. */
const SLOW = { timeout: 15_000 }

/** On a connection of its own, so that the system deals each to one of the threads. */
function ask({ url }: WeirProcess, body: object): Promise<Response> {
  return fetch(`${url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({
      model: 'demo::echo',
      messages: [{ role: 'user', content: 'Hi' }],
      ...body,
    }),
  })
}

/** All threads are there. */
function ready(weir: WeirProcess): Promise<void> {
  return expect.poll(() => weir.output(), SLOW).toContain('ready')
}

async function json(answer: Promise<Response>): Promise<Record<string, unknown>> {
  const response = await answer
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

async function countOf({ url }: WeirProcess): Promise<unknown> {
  return (await json(fetch(`${url}/internal/ui/logs/count`)))['count']
}

function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length
}

test('several threads answer on one port, and every record is in the one store', async () => {
  await using weir = await startWeir(WORKERS)
  await ready(weir)
  const requests = 120
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, number) => ask(weir, { stream: number % 2 === 0 })),
  )
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  await Promise.all(answers.map((answer) => answer.text()))
  await expect.poll(() => countOf(weir), SLOW).toBe(requests)
  expect(weir.output()).not.toContain('fault')
})

test('the log shows what runs on every thread, and can stop it', async () => {
  await using weir = await startWeir(WORKERS)
  await ready(weir)
  const leave = new AbortController()
  const live = await fetch(`${weir.url}/internal/ui/live`, { signal: leave.signal })
  const frames = framesOf(live)
  const running = await Promise.all(
    Array.from({ length: 12 }, () => ask(weir, { model: 'demo::echo?tps=1', stream: true })),
  )
  const texts = Promise.allSettled(running.map((answer) => answer.text()))
  const ids = running.map(({ headers }) => headers.get('x-weir-inference-id') ?? '')
  await expect.poll(() => ids.filter((id) => frames.started.has(id)).length, SLOW).toBe(ids.length)
  await expect.poll(() => frames.inFlight, SLOW).toBe(ids.length)
  for (const id of ids) {
    await json(fetch(`${weir.url}/internal/ui/inferences/${id}/cancel`, { method: 'POST' }))
  }
  await expect.poll(() => frames.ended.size, SLOW).toBe(ids.length)
  leave.abort()
  await texts
})

test('stops when it is told to, with every answer given and every record kept', async () => {
  await using weir = await startWeir(WORKERS)
  await ready(weir)
  const running = await Promise.all(
    Array.from({ length: 9 }, () => ask(weir, { model: 'demo::echo?tps=20', stream: true })),
  )
  const texts = Promise.all(running.map((answer) => answer.text()))
  expect(await weir.stop('SIGTERM')).toBe(0)
  for (const text of await texts) expect(text).toContain('[DONE]')
  await using again = await startWeir({ ...WORKERS, dataDir: weir.dataDir })
  expect(await countOf(again)).toBe(running.length)
})

test('another program cannot share its port unnoticed', async () => {
  await using weir = await startWeir(WORKERS)
  await ready(weir)
  const port = new URL(weir.url).port
  const args = ['--default-config', '--workers', '2', '--bind-address', `127.0.0.1:${port}`]
  await expect(startWeir({ args })).rejects.toThrow(/is taken by another program/)
  expect(threadsOf(weir.pid)).toBeGreaterThan(3)
})

/** Reads the live log as it comes. */
function framesOf(answer: Response) {
  const seen = { started: new Set<string>(), ended: new Set<string>(), inFlight: 0 }
  const read = async () => {
    let text = ''
    for await (const bytes of answer.body ?? []) {
      text += Buffer.from(bytes).toString()
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) note(event)
    }
  }
  const note = (event: string) => {
    const data = /^data: (.*)$/m.exec(event)?.[1]
    if (data === undefined) return
    const frame = JSON.parse(data) as { type: string; row?: { id: string }; in_flight?: number }
    if (frame.type === 'start' && frame.row) seen.started.add(frame.row.id)
    if (frame.type === 'end' && frame.row) seen.ended.add(frame.row.id)
    if (frame.in_flight !== undefined) seen.inFlight = frame.in_flight
  }
  read().catch(() => {})
  return seen
}
