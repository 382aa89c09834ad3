import { costOf } from '../domain/cost.ts'
import { firstCost } from '../domain/prices/cost-source.ts'
import type { Engine } from './engine.ts'
import { utf8 } from './kept-text.ts'
import { readResponse } from './read-response.ts'
import type { AttemptTrace, Trace } from './trace.ts'

/**
 * What the answer cost in US dollars, as far as it has come; null when no price is known. The sum
 * its record will have. Only for answers that tell it: where prices are configured it reads again.
 */
export function costOfAnswer({ price }: Engine, { last, startedAt: at }: Trace): number | null {
  if (!last) return null
  const { target, usage, reportedCost } = last
  const { upstreamModel: model } = target
  const { costNano } = firstCost({
    configured: configuredCost(last),
    reportedDollars: reportedCost,
    table: usage && price({ providerType: target.provider.type, model, at, usage }),
  })
  return costNano === null ? null : costNano / 1e9
}

function configuredCost(attempt: AttemptTrace): number | null {
  const { target, pieces, wire } = attempt
  if (target.cost.length === 0) return null
  return costOf(target.cost, readResponse(attempt, utf8(pieces.join('')), wire).json)
}
