import { setTimeout as sleep } from 'node:timers/promises'
import type { Tool } from './children.ts'
import type { Running } from './contenders.ts'
import { readCpu } from './cpu.ts'
import { JobResult } from './job.ts'
import type { Job } from './job.ts'
import type { Phase } from './phases.ts'

/** One phase of one contender in one round. */
export interface Sample {
  readonly contender: string
  readonly phase: string
  readonly perSecond: number
  readonly mainUs: number
  readonly treeUs: number
  readonly latency: Added | null
  readonly errors: number
  readonly errorKinds: Readonly<Record<string, number>>
}

/** Milliseconds, of whole answers or of a stream's first byte. */
interface Added {
  readonly p50: number
  readonly p99: number
  /** Over asking the mock itself at the same rate just before. */
  readonly addedP50: number
  readonly addedP99: number
}

/** What a contender left to do is not the next one's burden. */
const SETTLE_MS = 150
const PATH = '/v1/chat/completions'

export class Meter {
  readonly #load: Tool
  readonly #mockPort: number

  constructor(load: Tool, mockPort: number) {
    this.#load = load
    this.#mockPort = mockPort
  }

  async measure(contender: Running, phase: Phase, pace: Job['pace']): Promise<Sample> {
    const { model, stream } = phase
    const shape = { path: PATH, model, stream, pace }
    const direct = pace.type === 'open' ? { ...shape, port: this.#mockPort, headers: {} } : null
    const base = direct === null ? null : await this.#run(direct)
    const before = readCpu(contender.server.pid)
    const result = await this.#run({ ...shape, port: contender.port, headers: contender.headers })
    const after = readCpu(contender.server.pid)
    await sleep(SETTLE_MS)
    const units = Math.max(1, result.requests - result.errors) * phase.unitsPerRequest
    return {
      contender: contender.name,
      phase: phase.name,
      perSecond: (result.requests - result.errors) / result.seconds,
      mainUs: (after.mainUs - before.mainUs) / units,
      treeUs: (after.treeUs - before.treeUs) / units,
      latency: base === null ? null : compare(result, base),
      errors: result.errors,
      errorKinds: result.error_kinds,
    }
  }

  async #run(job: Job): Promise<JobResult> {
    this.#load.write(job)
    return JobResult.parse(await this.#load.read())
  }
}

function compare(result: JobResult, base: JobResult): Added | null {
  const [own, direct] = [result.ttft_ms ?? result.latency_ms, base.ttft_ms ?? base.latency_ms]
  if (own === null || direct === null) return null
  const { p50, p99 } = own
  return { p50, p99, addedP50: p50 - direct.p50, addedP99: p99 - direct.p99 }
}
