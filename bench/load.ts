/**
 * The load generator: reads jobs as JSON lines, runs them one by one, and answers each with one
 * JSON line. One process serves a whole bench, so that it is warm for every contender alike.
 */
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import type { Answer } from './connection.ts'
import { Job } from './job.ts'
import type { JobResult } from './job.ts'
import { Pool } from './pool.ts'
import { spread } from './statistics.ts'
import type { Schedule } from './ticker.ts'

const PATIENCE_MS = 20_000

const ticker = new Worker(new URL('ticker.ts', import.meta.url))
for await (const line of createInterface({ input: process.stdin })) {
  const result = await runJob(Job.parse(JSON.parse(line)))
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
process.exit(0)

async function runJob(job: Job): Promise<JobResult> {
  const startedAt = performance.now()
  const answers: Answer[] = []
  const all = Promise.withResolvers<void>()
  const pool = new Pool(job, (answer) => {
    answers.push(answer)
    if (answers.length === job.pace.requests) all.resolve()
  })
  if (job.pace.type === 'closed') pool.keepBusy(job.pace.connections, job.pace.requests)
  else sendWhenDue(job.pace, pool)
  const giveUp = setTimeout(all.resolve, longestMs(job) + PATIENCE_MS)
  await all.promise
  clearTimeout(giveUp)
  ticker.removeAllListeners('message')
  const seconds = (performance.now() - startedAt) / 1000
  pool.close()
  return report(job, answers, seconds)
}

function longestMs({ pace }: Job): number {
  return pace.type === 'open' ? (pace.requests / pace.ratePerSecond) * 1000 : pace.requests * 10
}

function report(job: Job, answers: readonly Answer[], seconds: number): JobResult {
  const kinds: Record<string, number> = {}
  const unanswered = job.pace.requests - answers.length
  if (unanswered > 0) kinds['no answer in time'] = unanswered
  for (const { error } of answers) if (error !== null) kinds[error] = (kinds[error] ?? 0) + 1
  const good = answers.filter(({ error }) => error === null)
  return {
    requests: job.pace.requests,
    errors: job.pace.requests - good.length,
    error_kinds: kinds,
    seconds,
    latency_ms: spread(good.map(({ latencyMs }) => latencyMs)),
    ttft_ms: job.stream ? spread(good.map(({ ttftMs }) => ttftMs)) : null,
  }
}

function sendWhenDue(pace: { ratePerSecond: number; requests: number }, pool: Pool): void {
  const startAt = performance.now() + 5
  let sent = 0
  ticker.on('message', (due: number) => {
    for (; sent < due; sent += 1) pool.send(startAt + (sent * 1000) / pace.ratePerSecond)
  })
  const schedule: Schedule = {
    startAt: performance.timeOrigin + startAt,
    ratePerSecond: pace.ratePerSecond,
    count: pace.requests,
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  ticker.postMessage(schedule)
}
