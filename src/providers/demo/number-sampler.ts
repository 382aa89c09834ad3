import { asNumber, type JsonObject } from '../../lib/json.ts'
import { integerFrom, type Random } from '../scripted/random.ts'

/** How many steps a number is away from its lower bound at most. */
const STEPS = 100

/** A number within a schema's bounds, whole where there is a whole one. */
export function sampleNumber(schema: JsonObject, isWhole: boolean, random: Random): number {
  const multipleOf = asNumber(schema['multipleOf'])
  const step = multipleOf !== undefined && multipleOf > 0 ? multipleOf : 1
  const [lower, upper] = boundsOf(schema, STEPS * step)

  const first = Math.ceil(lower / step) + (isExcluded(schema, lower, step) ? 1 : 0)
  const last = Math.floor(upper / step) - (isExcluded(schema, upper, step) ? 1 : 0)
  if (first <= last) return tidy(step * integerFrom(random, first, last))
  return isWhole ? Math.ceil(lower) : lower + (upper - lower) / 2
}

function boundsOf(schema: JsonObject, span: number): [number, number] {
  const lower = Math.max(
    at(schema, 'minimum', -Infinity),
    at(schema, 'exclusiveMinimum', -Infinity),
  )
  const upper = Math.min(at(schema, 'maximum', Infinity), at(schema, 'exclusiveMaximum', Infinity))
  if (lower !== -Infinity) return [lower, Math.min(upper, lower + span)]
  if (upper === Infinity) return [0, span]
  return [Math.min(0, upper - span), upper]
}

function at(schema: JsonObject, key: string, otherwise: number): number {
  return asNumber(schema[key]) ?? otherwise
}

/** Whether a bound is itself a step, but not allowed. */
function isExcluded(schema: JsonObject, bound: number, step: number): boolean {
  const excluded = schema['exclusiveMinimum'] === bound || schema['exclusiveMaximum'] === bound
  return excluded && Number.isInteger(bound / step)
}

/** 3 × 0.1 is 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
