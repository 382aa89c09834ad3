/** Where a cost came from: prices in the configuration, the provider's own word, our price table. */
export const COST_SOURCES = ['config', 'reported', 'table'] as const
export type CostSource = (typeof COST_SOURCES)[number]

export interface Cost {
  readonly costNano: number | null
  readonly costSource: CostSource | null
}

/**
 * The cost that counts. `configured` and `table` are nano-US-dollars, `reportedDollars` is what
 * the provider said.
 */
export function firstCost(known: {
  readonly configured: number | null
  readonly reportedDollars: number | null
  readonly table: number | null
}): Cost {
  if (known.configured !== null) return { costNano: known.configured, costSource: 'config' }
  const reported = nanoOf(known.reportedDollars)
  if (reported !== null) return { costNano: reported, costSource: 'reported' }
  return { costNano: known.table, costSource: known.table === null ? null : 'table' }
}

function nanoOf(dollars: number | null): number | null {
  const nano = dollars === null ? -1 : Math.round(dollars * 1e9)
  return Number.isSafeInteger(nano) && nano >= 0 ? nano : null
}
