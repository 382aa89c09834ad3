import { totalInput, type Usage } from '../usage.ts'
import { modelNames } from './model-names.ts'
import { entryId } from './read-table.ts'
import type { Hours, PicoPerToken, PriceEntry, PriceTable, Rates } from './table.ts'

/** What is to be priced: who answered, when, and how many tokens it took. */
export interface Priced {
  readonly providerType: string
  /** The model's name at the provider. */
  readonly model: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly usage: Usage
}

export interface TablePrice {
  readonly nano: number
  readonly priced: 'table'
  /** Which entry it came from: `provider/model@day`. */
  readonly entry: string
}

/**
 * The cost in nano-US-dollars, or null: no entry for this model on that day, or the input's size
 * is not known. Whole numbers all the way, so that it is the vendor's sum to the last digit.
 */
export function priceOf(table: PriceTable, priced: Priced): TablePrice | null {
  const { usage, providerType } = priced
  const inputTokens = totalInput(usage)
  const entry = inputTokens === null ? null : findEntry(table, priced)
  if (entry === null || inputTokens === null) return null
  const rates = ratesFor(entry, inputTokens, priced.at)
  const pico = BUCKETS.reduce((sum, [bucket, kin]) => {
    return sum + picoOf(usage[bucket], rateOf(rates, [bucket, ...kin]))
  }, 0n)
  const nano = Number((pico + 500n) / 1000n)
  if (!Number.isSafeInteger(nano)) return null
  return { nano, priced: 'table', entry: entryId(entry, providerType) }
}

/** The entry that holds for a model on a day, by the first layer that has one. */
export function findEntry(
  table: PriceTable,
  { providerType, model, at }: Omit<Priced, 'usage'>,
): PriceEntry | null {
  const names = modelNames(model)
  for (const layer of table.layers) {
    let best: PriceEntry | null = null
    let bestFit: Fit = NO_FIT
    for (const entry of layer) {
      if (!entry.providers.includes(providerType) || at < entry.from || at >= entry.to) continue
      const fit = fitOf(entry, names)
      if (!isBetter(fit, bestFit)) continue
      best = entry
      bestFit = fit
    }
    if (best) return best
  }
  return null
}

/** Exactly named beats a common start, a longer name a shorter one, a later day an earlier one. */
type Fit = readonly [exact: number, length: number, from: number]

const NO_FIT: Fit = [0, 0, -Infinity]

function fitOf(entry: PriceEntry, names: readonly string[]): Fit {
  const { model, from } = entry
  if (!model.endsWith('*')) return names.includes(model) ? [2, model.length, from] : NO_FIT
  const start = model.slice(0, -1)
  return names.some((name) => name.startsWith(start)) ? [1, model.length, from] : NO_FIT
}

function isBetter(a: Fit, b: Fit): boolean {
  if (a[0] !== b[0]) return a[0] > b[0]
  if (a[1] !== b[1]) return a[1] > b[1]
  return a[2] > b[2]
}

/** Every bucket, and whose price it has where it has none of its own. */
const BUCKETS = [
  ['input', []],
  ['cacheRead', ['input']],
  ['cacheWrite', ['input']],
  ['cacheWrite1h', ['cacheWrite', 'input']],
  ['audioInput', ['input']],
  ['imageInput', ['input']],
  ['output', []],
  ['reasoning', ['output']],
  ['audioOutput', ['output']],
] as const satisfies readonly (readonly [keyof Usage, readonly (keyof Usage)[]])[]

function ratesFor(entry: PriceEntry, inputTokens: number, at: number): Rates {
  const tier = entry.tiers.findLast(({ above }) => inputTokens > above)
  const hours = entry.hours && isWithin(entry.hours, new Date(at)) ? entry.hours : null
  return { ...entry.rates, ...tier?.rates, ...hours?.rates }
}

function isWithin({ days, minutes }: Hours, at: Date): boolean {
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes()
  if (!days.includes(at.getUTCDay())) return false
  return minutes.some(([from, to]) => minute >= from && minute < to)
}

function rateOf(rates: Rates, buckets: readonly (keyof Usage)[]): PicoPerToken {
  for (const bucket of buckets) {
    const rate = rates[bucket]
    if (rate !== undefined) return rate
  }
  return 0
}

function picoOf(tokens: number | null, rate: PicoPerToken): bigint {
  if (tokens === null || !(tokens > 0)) return 0n
  return BigInt(Math.min(Number.MAX_SAFE_INTEGER, Math.round(tokens))) * BigInt(rate)
}
