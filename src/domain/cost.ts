import type { Json, JsonObject } from '../lib/json.ts'
import { parsePointer, readAt } from './pointer.ts'

/** One price: nano-US-dollars for each unit found at the pointer in the provider's answer. */
export interface Price {
  readonly pointerNonStreaming: string
  readonly pointerStreaming: string
  /** Negative for a discount. */
  readonly nanoPerUnit: number
  readonly required: boolean
}

/**
 * What an answer cost, in nano-US-dollars: `answer` is a whole body, or all events of a stream,
 * where the largest value of each price counts. Null when there are no prices, a required value is
 * missing, a value is no number, or the sum is below zero.
 */
export function costOf(
  prices: readonly Price[],
  answer: JsonObject | readonly JsonObject[],
): number | null {
  if (prices.length === 0) return null
  let total = 0
  for (const price of prices) {
    const units = isStream(answer)
      ? unitsIn(answer, price.pointerStreaming)
      : unitsIn([answer], price.pointerNonStreaming)
    if (units === undefined && price.required) return null
    total += (units ?? 0) * price.nanoPerUnit
  }
  const nano = Math.round(total)
  return Number.isSafeInteger(nano) && total >= 0 ? nano : null
}

function isStream(answer: JsonObject | readonly JsonObject[]): answer is readonly JsonObject[] {
  return Array.isArray(answer)
}

/** The largest number at the pointer, undefined when there is nothing, NaN when one is no number. */
function unitsIn(bodies: readonly JsonObject[], pointer: string): number | undefined {
  const keys = parsePointer(pointer)
  let largest: number | undefined
  for (const body of bodies) {
    const value = readAt(body, keys)
    if (value !== undefined) largest = Math.max(largest ?? -Infinity, asUnits(value))
  }
  return largest
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Some providers write amounts of money as text, to keep their digits. */
function asUnits(value: Json): number {
  if (typeof value === 'string') return DECIMAL.test(value) ? Number(value) : Number.NaN
  return typeof value === 'number' ? value : Number.NaN
}
