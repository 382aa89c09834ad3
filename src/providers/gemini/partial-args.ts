import { asNumber, asString, type Json, type JsonObject } from '../../lib/json.ts'

/** Deeper places are nobody's arguments. */
const MAX_STEPS = 64
/** A list longer than this is a number gone wrong. */
const MAX_INDEX = 100_000

/**
 * Arguments of a call that come as values at places, longer texts in several pieces.
 * Source: Vertex AI API reference, "PartialArg".
 */
export class PartialArgs {
  readonly value: JsonObject
  /** The place of a text that goes on. */
  #open: string | null = null

  constructor(value: JsonObject = {}) {
    this.value = { ...value }
  }

  add(pieces: readonly JsonObject[]): void {
    for (const piece of pieces) {
      const place = asString(piece['jsonPath'] ?? piece['json_path']) ?? ''
      const value = valueOf(piece)
      const steps = stepsOf(place)
      if (value === undefined || steps.length === 0 || steps.length > MAX_STEPS) continue
      this.#set(steps, value, place === this.#open)
      const goesOn = piece['willContinue'] ?? piece['will_continue']
      this.#open = goesOn === true && typeof value === 'string' ? place : null
    }
  }

  #set(steps: readonly (string | number)[], value: Json, goesOn: boolean): void {
    let at: JsonObject | Json[] = this.value
    for (const [place, step] of steps.entries()) {
      const next = steps[place + 1]
      const before = read(at, step)
      if (next === undefined) {
        write(
          at,
          step,
          goesOn && typeof before === 'string' ? `${before}${asString(value)}` : value,
        )
        return
      }
      const inner = container(before) ?? (typeof next === 'number' ? [] : {})
      write(at, step, inner)
      at = inner
    }
  }
}

function valueOf(piece: JsonObject): Json | undefined {
  const text = asString(piece['stringValue'] ?? piece['string_value'])
  const number = asNumber(piece['numberValue'] ?? piece['number_value'])
  const truth = piece['boolValue'] ?? piece['bool_value']
  const isNull = 'nullValue' in piece || 'null_value' in piece
  return text ?? number ?? (typeof truth === 'boolean' ? truth : isNull ? null : undefined)
}

/** `$.a.b[0]['c d']` as its steps. */
function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\.?([^.[\]$'"]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g)
  return [...steps].map(([, name, index, single, double]) => {
    if (index === undefined) return name ?? single ?? double ?? ''
    return Math.min(Number(index), MAX_INDEX)
  })
}

function container(value: Json | undefined): JsonObject | Json[] | undefined {
  return typeof value === 'object' && value !== null ? value : undefined
}

function read(at: JsonObject | Json[], step: string | number): Json | undefined {
  if (Array.isArray(at)) return typeof step === 'number' ? at[step] : undefined
  return Object.hasOwn(at, step) ? at[step] : undefined
}

function write(at: JsonObject | Json[], step: string | number, value: Json): void {
  if (!Array.isArray(at)) {
    Object.defineProperty(at, step, { value, writable: true, enumerable: true, configurable: true })
    return
  }
  if (typeof step !== 'number') return
  while (at.length < step) at.push(null)
  at[step] = value
}
