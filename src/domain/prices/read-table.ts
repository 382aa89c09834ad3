import {
  asArray,
  asNumber,
  asObject,
  asString,
  type Json,
  type JsonObject,
} from '../../lib/json.ts'
import { nearest } from '../../lib/nearest.ts'
import {
  type Hours,
  type PicoPerToken,
  type PriceEntry,
  type PriceTable,
  RATE_KEYS,
  type Rates,
  type Tier,
} from './table.ts'

/** Everything that is wrong with a table of prices, one line each: the place, and what helps. */
export class PriceTableError extends Error {
  override readonly name = 'PriceTableError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/**
 * Reads `{ "entries": [...] }`. `file` is what problems call it. Throws a `PriceTableError` that
 * names all of them.
 */
export function readPriceTable(json: Json | undefined, file: string): PriceTable {
  const problems: string[] = []
  const say: Say = (place, problem) => problems.push(`${file}: ${place}: ${problem}`)
  const root = asObject(json)
  if (!Array.isArray(root?.['entries'])) {
    throw new PriceTableError([`${file}: It is no price table: write {"entries": [...]}.`])
  }
  const entries: PriceEntry[] = []
  for (const [index, item] of asArray(root['entries']).entries()) {
    const before = problems.length
    const entry = readEntry(item, `entries[${index}]`, say)
    if (problems.length === before) entries.push(entry)
  }
  sayDoubles(entries, say)
  if (problems.length > 0) throw new PriceTableError(problems)
  return { layers: [entries] }
}

/** What a price is called where its origin is told. */
export function entryId(entry: PriceEntry, providerType: string): string {
  return `${providerType}/${entry.model}@${entry.fromDay}`
}

type Say = (place: string, problem: string) => void

const TEXT_KEYS = [
  'provider',
  'model',
  'from',
  'to',
  'currency',
  'tiers',
  'hours',
  'source',
  'checked',
]
const ENTRY_KEYS = new Set([...TEXT_KEYS, 'note', ...Object.keys(RATE_KEYS)])
const HOURS_KEYS = new Set(['days', 'utc', ...Object.keys(RATE_KEYS)])
const TIER_KEYS = new Set(['above', ...Object.keys(RATE_KEYS)])
const DAY_MS = 86_400_000

function readEntry(item: Json, place: string, say: Say): PriceEntry {
  const object = asObject(item) ?? {}
  if (!asObject(item)) say(place, 'an entry is an object like {"provider": …, "model": …}.')
  sayUnknown(object, ENTRY_KEYS, place, say)
  const currency = object['currency']
  if (currency !== undefined && currency !== 'USD') {
    say(`${place}.currency`, 'prices are in "USD": leave it out, and convert the numbers.')
  }
  const rates = readRates(object, place, say)
  if (rates.input === undefined) say(`${place}.input`, 'the price of input tokens is missing.')
  const to = object['to'] === undefined ? Infinity : readDay(object['to'], `${place}.to`, say)
  const from = readDay(object['from'], `${place}.from`, say)
  if (to < from) say(`${place}.to`, 'it is before `from`.')
  return {
    providers: readProviders(object['provider'], `${place}.provider`, say),
    model: readModel(object['model'], `${place}.model`, say),
    from,
    to: to + DAY_MS,
    rates,
    tiers: readTiers(object['tiers'], `${place}.tiers`, say),
    hours: readHours(object['hours'], `${place}.hours`, say),
    source: asString(object['source']) ?? null,
    checked: asString(object['checked']) ?? null,
    fromDay: asString(object['from']) ?? '',
    toDay: asString(object['to']) ?? null,
  }
}

function readProviders(value: Json | undefined, place: string, say: Say): string[] {
  const names = (Array.isArray(value) ? value : [value]).map((name) => asString(name) ?? '')
  if (names.length === 0 || names.includes('')) {
    say(place, "write a provider's type as in the configuration, or a list of them.")
  }
  return names
}

function readModel(value: Json | undefined, place: string, say: Say): string {
  const model = asString(value)?.toLowerCase() ?? ''
  if (model === '') say(place, "write a model's name, with `*` at its end for all that begin so.")
  if (model.slice(0, -1).includes('*')) say(place, '`*` may only stand at the end.')
  return model
}

function readDay(value: Json | undefined, place: string, say: Say): number {
  const text = asString(value) ?? ''
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  const real = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
  if (!real) say(place, 'write a day like "2026-01-31".')
  return real ? ms : 0
}

function readTiers(value: Json | undefined, place: string, say: Say): Tier[] {
  if (value !== undefined && !Array.isArray(value)) {
    say(place, 'write a list like [{"above": 200000, "input": 2.5}].')
  }
  return asArray(value)
    .map((item, index) => readTier(item, `${place}[${index}]`, say))
    .toSorted((a, b) => a.above - b.above)
}

function readTier(item: Json, place: string, say: Say): Tier {
  const object = asObject(item) ?? {}
  sayUnknown(object, TIER_KEYS, place, say)
  const above = asNumber(object['above']) ?? -1
  if (above < 0) say(`${place}.above`, 'write the input tokens above which the tier holds.')
  return { above, rates: readRates(object, place, say) }
}

function readHours(value: Json | undefined, place: string, say: Say): Hours | null {
  if (value === undefined) return null
  const object = asObject(value) ?? {}
  sayUnknown(object, HOURS_KEYS, place, say)
  const days = asArray(object['days'] ?? [0, 1, 2, 3, 4, 5, 6]).map((day) => asNumber(day) ?? -1)
  if (days.length === 0 || days.some((day) => !WEEK.has(day))) {
    say(`${place}.days`, 'write a list of days, where 0 is Sunday: [1, 2, 3, 4, 5].')
  }
  const spans = asArray(object['utc']).map(readSpan)
  const minutes = spans.filter((span) => span !== null)
  if (minutes.length === 0 || minutes.length < spans.length) {
    say(`${place}.utc`, 'write a list of times like ["01:00-04:00"].')
  }
  return { days, minutes, rates: readRates(object, place, say) }
}

const WEEK = new Set([0, 1, 2, 3, 4, 5, 6])

function readSpan(value: Json): [number, number] | null {
  const [, ...numbers] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(asString(value) ?? '') ?? []
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = numbers.map(Number)
  const from = fromHour * 60 + fromMinute
  const to = toHour * 60 + toMinute
  return from < to && to <= 24 * 60 ? [from, to] : null
}

function readRates(object: JsonObject, place: string, say: Say): Rates {
  const rates: Record<string, PicoPerToken> = {}
  for (const [key, bucket] of Object.entries(RATE_KEYS)) {
    const value = object[key]
    if (value === undefined) continue
    const pico = readPico(value)
    if (pico !== undefined) rates[bucket] = pico
    else say(`${place}.${key}`, 'write US dollars for a million tokens, like 2.5, to six digits.')
  }
  return rates
}

const MOST_DOLLARS = 1_000_000

/** Exact for up to six digits after the point; what has more is refused. */
function readPico(value: Json): PicoPerToken | undefined {
  const dollars = asNumber(value)
  if (dollars === undefined || dollars < 0 || dollars > MOST_DOLLARS) return undefined
  const pico = Math.round(dollars * 1e6)
  return pico / 1e6 === dollars ? pico : undefined
}

function sayUnknown(object: JsonObject, known: ReadonlySet<string>, place: string, say: Say): void {
  for (const key of Object.keys(object)) {
    if (known.has(key)) continue
    const close = nearest(key, known)
    say(`${place}.${key}`, close ? `did you mean \`${close}\`?` : 'there is no such field.')
  }
}

function sayDoubles(entries: readonly PriceEntry[], say: Say): void {
  const seen = new Set<string>()
  for (const entry of entries) {
    for (const provider of entry.providers) {
      const id = entryId(entry, provider)
      if (seen.has(id)) say(id, 'it is there twice: give one of them another `from`, or drop it.')
      seen.add(id)
    }
  }
}
