import { SUMMED_COLUMNS } from '../usage-columns.ts'
import type { DatabaseSync } from 'node:sqlite'
import { factOfRow, type RollupKey, SELECT_FACTS } from './rollup-facts.ts'
import { GRAINS, keyIn, sumsUntil } from './rollup-grains.ts'
import { KEY, nameOf, rollupBelow } from './rollup-writer.ts'

const SHIFT = `SET cost_nano = coalesce(cost_nano, 0) + ?, costed = costed + ?
  WHERE ${KEY.map((column) => `${column} = ?`).join(' AND ')}`

const COST = SUMMED_COLUMNS.indexOf('cost_nano')

interface Costs {
  readonly key: RollupKey
  costNano: number
  costed: number
}

/** Runs `work`, which changes the costs of these rows, and lets all sums follow. */
export function moveCosts(db: DatabaseSync, seqs: ReadonlySet<number>, work: () => void): void {
  const before = costsOf(db, seqs)
  work()
  const shift = db.prepare(`UPDATE rollup ${SHIFT}`)
  const shiftSum = db.prepare(`UPDATE rollup_sum ${SHIFT} AND grain = ?`)
  const until = sumsUntil(db) ?? Number.NEGATIVE_INFINITY
  for (const [name, { key, costNano, costed }] of costsOf(db, seqs)) {
    const old = before.get(name)
    const by = [costNano - (old?.costNano ?? 0), costed - (old?.costed ?? 0)]
    if (by.every((step) => step === 0)) continue
    shift.run(...by, ...KEY.map((column) => key[column]))
    for (const grain of key.hour < until ? GRAINS : []) {
      const coarse = keyIn(grain, key)
      shiftSum.run(...by, ...KEY.map((column) => coarse[column]), grain.code)
    }
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
