import { blake3Hex } from '../lib/hash.ts'
import type { Json, JsonObject } from '../lib/json.ts'
import type { FileTexts } from './references.ts'
import type { Path } from './problems.ts'
import { isTable, type Table } from './toml.ts'

/**
 * The tables as plain JSON, with every file's text in the place of its path, in the form in which
 * they can be read again: `{"__tensorzero_remapped_path": …, "__data": …}`.
 */
export function toSnapshot(tables: Table, texts: FileTexts, path: Path = []): JsonObject {
  const snapshot: JsonObject = {}
  for (const [key, value] of Object.entries(tables)) {
    const place = [...path, key]
    const file = texts.get(place)
    snapshot[key] = file
      ? { __tensorzero_remapped_path: file.path, __data: file.text }
      : toJson(value, texts, place)
  }
  return snapshot
}

function toJson(value: unknown, texts: FileTexts, path: Path): Json {
  if (isTable(value)) return toSnapshot(value, texts, path)
  if (Array.isArray(value)) return value.map((item, index) => toJson(item, texts, [...path, index]))
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value === 'number' && Number.isFinite(value) ? value : String(value)
}

/** BLAKE3 of the snapshot, as a decimal number: the same in whatever order its keys are. */
export function hashSnapshot(snapshot: JsonObject, includes: ReadonlyMap<string, string>): string {
  const text = canonical([snapshot, Object.fromEntries(includes)])
  return BigInt(`0x${blake3Hex(text)}`).toString()
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isTable(inner)
      ? Object.fromEntries(
          Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : inner,
  )
}
