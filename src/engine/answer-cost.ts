import { costOf } from '../domain/cost.ts'
import { firstCost } from '../domain/prices/cost-source.ts'
import type { Engine } from './engine.ts'
import { successesOf } from './functions/totals.ts'
import { utf8 } from './kept-text.ts'
import { readResponse } from './read-response.ts'
import type { AttemptTrace, Trace } from './trace.ts'

/**
 * What the answer cost in US dollars, as far as it has come; null when no price is known. The sum
 * its record will have: a function's is that of all the calls whose answers were used. Only for
 * answers that tell it: where prices are configured it reads again.
 */
export function costOfAnswer(engine: Engine, trace: Trace): number | null {
  if (!trace.task) return trace.last ? inDollars(costOfCall(engine, trace, trace.last)) : null
  let total = 0
  for (const call of successesOf(trace)) {
    const cost = costOfCall(engine, trace, call)
    if (cost === null) return null
    total += cost
  }
  return inDollars(total)
}

function inDollars(costNano: number | null): number | null {
  return costNano === null ? null : costNano / 1e9
}

function costOfCall(
  { price }: Engine,
  { startedAt: at }: Trace,
  call: AttemptTrace,
): number | null {
  if (call.cached) return 0
  const { target, usage, reportedCost } = call
  const { upstreamModel: model } = target
  return firstCost({
    configured: configuredCost(call),
    reportedDollars: reportedCost,
    table: usage && price({ providerType: target.provider.type, model, at, usage }),
  }).costNano
}

function configuredCost(attempt: AttemptTrace): number | null {
  const { target, pieces, wire } = attempt
  if (target.cost.length === 0) return null
  return costOf(target.cost, readResponse(attempt, utf8(pieces.join('')), wire).json())
}
