import { SUMMED_COLUMNS } from '../usage-columns.ts'
import type { DatabaseSync } from 'node:sqlite'
import { factOfRow, type RollupKey, SELECT_FACTS } from './rollup-facts.ts'
import { KEY, nameOf, rollupBelow } from './rollup-writer.ts'

const SHIFT = `
  UPDATE rollup SET cost_nano = coalesce(cost_nano, 0) + ?, costed = costed + ?
  WHERE ${KEY.map((column) => `${column} = ?`).join(' AND ')}`

const COST = SUMMED_COLUMNS.indexOf('cost_nano')

interface Costs {
  readonly key: RollupKey
  costNano: number
  costed: number
}

/** Runs `work`, which changes the costs of these rows, and lets the hours' sums follow. */
export function moveCosts(db: DatabaseSync, seqs: ReadonlySet<number>, work: () => void): void {
  const before = costsOf(db, seqs)
  work()
  const shift = db.prepare(SHIFT)
  for (const [name, { key, costNano, costed }] of costsOf(db, seqs)) {
    const old = before.get(name)
    const by = [costNano - (old?.costNano ?? 0), costed - (old?.costed ?? 0)]
    if (by.some((step) => step !== 0)) shift.run(...by, ...KEY.map((column) => key[column]))
  }
}

function costsOf(db: DatabaseSync, seqs: ReadonlySet<number>): Map<string, Costs> {
  const summed = [...seqs].filter((seq) => seq >= (rollupBelow(db) ?? 0))
  const costs = new Map<string, Costs>()
  for (const level of ['inference', 'attempt'] as const) {
    const select = `${SELECT_FACTS[level]} WHERE i.seq IN (SELECT value FROM json_each(?))`
    for (const row of db.prepare(select).all(JSON.stringify(summed))) {
      const { key, sums } = factOfRow(level, row)
      const name = nameOf(key)
      const of = costs.get(name) ?? { key, costNano: 0, costed: 0 }
      of.costNano += sums[COST] ?? 0
      if (sums[COST] !== null) of.costed++
      costs.set(name, of)
    }
  }
  return costs
}
