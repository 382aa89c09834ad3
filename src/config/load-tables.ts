import { asObject, type Json, type JsonObject } from '../lib/json.ts'
import type { Config } from './config.ts'
import type { ReadFile } from './files.ts'
import { buildConfig, type LoadOptions } from './load.ts'

/** A configuration as a gateway wrote it: see `toSnapshot`. */
export interface Tables {
  readonly config: JsonObject
  /** Templates that others include, by their names. */
  readonly extraTemplates: Readonly<Record<string, string>>
}

/**
 * Builds a configuration that was written by a gateway. It names no file: who may hand one in may not
 * read ours. A key that is not there now is missed only when it is used. Throws a `ConfigError`.
 */
export async function loadTables(
  { config: json, extraTemplates }: Tables,
  options: Pick<LoadOptions, 'env' | 'providers'>,
): Promise<Config> {
  const table = withoutNulls(json)
  const readFile: ReadFile = async (path) => {
    const found = Object.entries(extraTemplates).find(([name]) => path.endsWith(`/${name}`))
    if (found) return found[1]
    throw new Error('only its text can stand here')
  }
  const read = { files: [], sources: [{ file: '/snapshot.toml', text: '', table }], findings: [] }
  const around = { ...options, sources: [], readFile, keysLater: true } as const
  return (await buildConfig(read, around)).config
}

/** Whoever writes what is not set as null means that it is not set. */
function withoutNulls(table: JsonObject): JsonObject {
  const said = Object.entries(table).filter(([, value]) => value !== null)
  const inside = (value: Json): Json => {
    const object = asObject(value)
    if (object) return withoutNulls(object)
    return Array.isArray(value) ? value.map(inside) : value
  }
  return Object.fromEntries(said.map(([key, value]) => [key, inside(value)]))
}
