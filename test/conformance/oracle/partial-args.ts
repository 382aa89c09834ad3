import { asObject, asString, type Json, type JsonObject, objectsIn } from '../../../src/lib/json.ts'

/** Parts in which calls whose arguments came in pieces (Vertex) are whole. */
export function wholeCalls(parts: readonly JsonObject[]): JsonObject[] {
  const whole: JsonObject[] = []
  let growing: Growing | null = null
  for (const part of parts) {
    const call = asObject(part['functionCall'])
    if (!call) {
      whole.push(part)
      continue
    }
    if (call['name']) {
      growing = { args: { ...asObject(call['args']) }, open: '' }
      whole.push({ ...part, functionCall: { ...call, args: growing.args } })
    }
    if (growing) for (const piece of objectsIn(call['partialArgs'])) add(growing, piece)
  }
  return whole
}

interface Growing {
  readonly args: JsonObject
  /** The place of a text that goes on. */
  open: string
}

function add(growing: Growing, piece: JsonObject): void {
  const path = asString(piece['jsonPath']) ?? ''
  const steps = path.split(/[.[\]$'"]+/).filter((step) => step !== '')
  const last = steps.pop() ?? ''
  let at = growing.args as Record<string, Json>
  for (const [place, step] of steps.entries()) {
    at[step] ??= /^\d+$/.test(steps[place + 1] ?? last) ? [] : {}
    at = at[step] as unknown as Record<string, Json>
  }
  const value = piece['stringValue'] ?? piece['numberValue'] ?? piece['boolValue'] ?? null
  const before = at[last]
  const goesOn = path === growing.open && typeof before === 'string'
  at[last] = goesOn ? before + (asString(value) ?? '') : value
  growing.open = piece['willContinue'] === true ? path : ''
}
