import { ClickHouseError } from '@clickhouse/client'
import { RemoteFault, type RemoteFaultKind } from '../remote/engine.ts'

/** By ClickHouse's error codes; every other one is a server that is away. */
const KINDS: ReadonlyMap<string, RemoteFaultKind> = new Map([
  // The rows cannot be read as the columns' types.
  ...[6, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131, 190, 321, 349, 376, 407, 691].map(
    (code) => [String(code), 'data'] as const,
  ),
  // Users, passwords and rights.
  ...[192, 193, 194, 195, 291, 492, 497, 516].map((code) => [String(code), 'settings'] as const),
])

const UNKNOWN_DATABASE = '81'

/** What went wrong, in words for a person. */
export function faultOf(thrown: unknown, name: string): RemoteFault {
  if (thrown instanceof RemoteFault) return thrown
  if (thrown instanceof ClickHouseError) {
    const kind = KINDS.get(thrown.code) ?? 'away'
    const why = `${firstLine(thrown.message)} (${thrown.type ?? thrown.code})`
    return new RemoteFault(kind, sentence(kind, name, why), thrown)
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  if (error.name === 'TimeoutError' || error.name === 'AbortError' || isAbort(error)) {
    return new RemoteFault('away', `${name} did not answer in time.`, thrown)
  }
  const why = 'code' in error ? String(error.code) : firstLine(error.message)
  return new RemoteFault('away', `${name} cannot be reached: ${why}.`, thrown)
}

export function isUnknownDatabase(fault: unknown): boolean {
  return (
    fault instanceof RemoteFault &&
    fault.cause instanceof ClickHouseError &&
    fault.cause.code === UNKNOWN_DATABASE
  )
}

function isAbort(error: Error): boolean {
  return /abort/i.test(error.message)
}

function sentence(kind: RemoteFaultKind, name: string, why: string): string {
  switch (kind) {
    case 'settings':
      return `${name} refuses us: ${why}. Check the user, its password and its rights in the URL.`
    case 'data':
      return `${name} cannot keep this: ${why}`
    default:
      return `${name} could not do it: ${why}.`
  }
}

/** ClickHouse's messages may carry the rows they are about: never more than a line. */
function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.slice(0, 300).replace(/[.\s]+$/, '')
}
