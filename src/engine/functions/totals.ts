import type { Part } from '../../domain/chat.ts'
import { addUsage, silent, type Usage } from '../../domain/usage.ts'
import type { AttemptTrace, Trace } from '../trace.ts'

/** The calls whose answers were used: those that did not fail. */
export function successesOf({ attempts }: Trace): AttemptTrace[] {
  return attempts.filter((attempt) => attempt.error === null && attempt.status === 200)
}

/**
 * What all calls of a request used together; a cached one nothing. Where one call's tokens or
 * price are unknown, so is their sum.
 */
export function usageOf(trace: Trace): Extract<Part, { type: 'usage' }> | null {
  const calls = successesOf(trace)
  let usage: Usage | null = null
  let dollars: number | null = 0
  for (const call of calls) {
    if (call.usage === null) return null
    const own = call.ask.operation === 'chat' ? call.usage : silent(call.usage)
    usage = usage ? addUsage(usage, own) : own
    dollars = dollars === null || call.reportedCost === null ? null : dollars + call.reportedCost
  }
  if (!usage) return null
  return { type: 'usage', usage, ...(dollars !== null && { reportedCost: dollars }), raw: {} }
}
