import { COST_SOURCES, type CostSource } from '../../domain/prices/cost-source.ts'

/** As stored. Never renumber. */
export const COST_SOURCE_CODES: Readonly<Record<CostSource, number>> = {
  config: 1,
  reported: 2,
  table: 3,
}

/** Where each cost came from, so that only what we priced ourselves is ever priced again. */
export const COST_SOURCE_MIGRATION = 'ALTER TABLE attempt ADD COLUMN cost_source INTEGER'

export function costSourceOf(code: unknown): CostSource | null {
  return COST_SOURCES.find((source) => COST_SOURCE_CODES[source] === code) ?? null
}
