import { COST_SOURCES, type CostSource } from '../../domain/prices/cost-source.ts'

/** As stored. Never renumber. */
export const COST_SOURCE_CODES: Readonly<Record<CostSource, number>> = {
  config: 1,
  reported: 2,
  table: 3,
}

/** Where each cost came from, so that only what we priced ourselves is ever priced again. */
export const COST_SOURCE_MIGRATION = 'ALTER TABLE attempt ADD COLUMN cost_source INTEGER'

/** By its number, or where names are kept by its name. */
export function costSourceOf(value: unknown): CostSource | null {
  const is = (source: CostSource) => COST_SOURCE_CODES[source] === value || source === value
  return COST_SOURCES.find(is) ?? null
}
