import type { Attempt } from '../../src/api/ui/contract.ts'
import type { StreamText } from '../live/feed.ts'

export type PhaseName = 'gateway' | 'failed' | 'wait' | 'reasoning' | 'output'

export interface Phase {
  readonly name: PhaseName
  readonly ms: number
}

/** Where the time of a finished request went, from its attempts. */
export function phasesOf(attempts: readonly Attempt[], latencyMs: number | null): Phase[] {
  const last = attempts.at(-1)
  if (last === undefined) return tidy([['gateway', latencyMs ?? 0]])
  const failedMs = attempts
    .slice(0, -1)
    .reduce((sum, attempt) => sum + attempt.ended_ms - attempt.started_ms, 0)
  const firstMs = last.ttft_ms ?? last.ended_ms
  const spentMs = failedMs + last.ended_ms - last.started_ms
  return tidy([
    ['gateway', (latencyMs ?? last.ended_ms) - spentMs],
    ['failed', failedMs],
    ['wait', firstMs - last.started_ms],
    ['output', last.ended_ms - firstMs],
  ])
}

/** The same for a running one, from what was heard of it. */
export function phasesOfStream(stream: StreamText): Phase[] {
  const { latencyMs, reasoningAtMs, textAtMs } = stream
  const firstMs = reasoningAtMs ?? textAtMs ?? latencyMs
  const textMs = textAtMs ?? (reasoningAtMs === null ? firstMs : latencyMs)
  return tidy([
    ['wait', firstMs],
    ['reasoning', textMs - firstMs],
    ['output', latencyMs - textMs],
  ])
}

function tidy(phases: readonly (readonly [PhaseName, number])[]): Phase[] {
  return phases.filter(([, ms]) => ms > 0).map(([name, ms]) => ({ name, ms }))
}
