import { atKey, dotted, error, formatPath } from './problems.ts'
import type { Finding, Path } from './problems.ts'
import { isTable } from './toml.ts'
import type { Source, Table } from './toml.ts'

export interface Merged {
  readonly table: Table
  readonly findings: readonly Finding[]
}

/** Puts the files' tables together. A value may be said once, whichever file says it. */
export function mergeSources(sources: readonly Source[]): Merged {
  const table = emptyTable()
  const merging: Merging = { findings: [], origins: new Map(), file: '' }
  for (const { file, table: from } of sources) addTable(table, from, [], { ...merging, file })
  return { table, findings: merging.findings }
}

interface Merging {
  readonly findings: Finding[]
  /** Which file said a path first. */
  readonly origins: Map<string, string>
  readonly file: string
}

function addTable(into: Record<string, unknown>, from: Table, path: Path, merging: Merging): void {
  for (const [key, value] of Object.entries(from)) addValue(into, value, [...path, key], merging)
}

function addValue(
  into: Record<string, unknown>,
  value: unknown,
  path: Path,
  merging: Merging,
): void {
  const key = String(path.at(-1))
  const present = into[key]
  if (present === undefined) {
    merging.origins.set(dotted(path), merging.file)
    into[key] = isTable(value) ? emptyTable() : value
  }
  const target = into[key]
  if (isMutable(target) && isTable(value)) addTable(target, value, path, merging)
  else if (present !== undefined) merging.findings.push(clash(path, present, value, merging))
}

function isMutable(value: unknown): value is Record<string, unknown> {
  return isTable(value)
}

function clash(path: Path, present: unknown, value: unknown, { origins, file }: Merging): Finding {
  const name = dotted(path)
  const first = formatPath(origins.get(name) ?? '')
  const message =
    isTable(present) === isTable(value)
      ? `\`${name}\` is already set in ${first}`
      : `cannot merge \`${name}\`: it is ${shape(value)} here and ${shape(present)} in ${first}`
  return error(
    'duplicate_key',
    message,
    atKey(path, file),
    `keep it in ${first} or ${formatPath(file)}, not in both`,
  )
}

function shape(value: unknown): string {
  return isTable(value) ? 'a table' : 'a value'
}

function emptyTable(): Record<string, unknown> {
  return Object.create(null)
}
