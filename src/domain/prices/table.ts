import type { Usage } from '../usage.ts'

/** Pico-US-dollars a token: the same number as micro-dollars for a million tokens. */
export type PicoPerToken = number

/** What each bucket of usage costs; a bucket without a price of its own costs as its kin. */
export type Rates = { readonly [bucket in keyof Usage]?: PicoPerToken }

/** Prices for all tokens of a request whose whole input is larger than `above`. */
export interface Tier {
  readonly above: number
  readonly rates: Rates
}

/** Other prices at some hours: a provider's peak, or its night. Times are UTC. */
export interface Hours {
  /** 0 is Sunday. */
  readonly days: readonly number[]
  /** From the first minute of the day to before the second. */
  readonly minutes: readonly (readonly [from: number, to: number])[]
  readonly rates: Rates
}

/** The prices of some models at some providers for some time. */
export interface PriceEntry {
  /** Types of provider, as in `type` of the configuration. */
  readonly providers: readonly string[]
  /** A model's name in small letters, or with `*` at its end the start of many. */
  readonly model: string
  /** First and last day, in ms since 1970 at midnight UTC; `to` is the day after the last. */
  readonly from: number
  readonly to: number
  readonly rates: Rates
  /** By rising `above`. */
  readonly tiers: readonly Tier[]
  readonly hours: Hours | null
  readonly source: string | null
  /** When somebody last looked at the source, as written. */
  readonly checked: string | null
  readonly fromDay: string
  readonly toDay: string | null
}

/** Layers of entries: what an earlier layer knows, a later one is not asked. */
export interface PriceTable {
  readonly layers: readonly (readonly PriceEntry[])[]
}

/** `first` is asked before `second`. */
export function joinTables(first: PriceTable, second: PriceTable): PriceTable {
  return { layers: [...first.layers, ...second.layers] }
}

/** What is in a table for each type of provider: a record is priced without reading all of it. */
export function byProvider({ layers }: PriceTable): ReadonlyMap<string, PriceTable> {
  const types = new Set(layers.flat().flatMap(({ providers }) => providers))
  const of = (type: string) =>
    layers.map((layer) => layer.filter(({ providers }) => providers.includes(type)))
  return new Map([...types].map((type) => [type, { layers: of(type) }]))
}

/** Each bucket's name in the file. */
export const RATE_KEYS = {
  input: 'input',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  cache_write_1h: 'cacheWrite1h',
  audio_input: 'audioInput',
  image_input: 'imageInput',
  output: 'output',
  reasoning: 'reasoning',
  audio_output: 'audioOutput',
} as const satisfies Record<string, keyof Usage>
