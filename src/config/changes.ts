import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'

const MOST_NAMED = 3

/** What a reload changed, in one line: `+1 model, my_gpt_5 changed`. */
export function summarizeChanges(before: Config, after: Config): string {
  const added = after.modelNames.filter((name) => !before.models.has(name))
  const removed = before.modelNames.filter((name) => !after.models.has(name))
  const changed = after.modelNames.filter(
    (name) =>
      before.models.has(name) &&
      !isDeepStrictEqual(before.models.get(name), after.models.get(name)),
  )
  if (!isDeepStrictEqual(before.gateway, after.gateway)) changed.push('gateway')
  const tables = ['functions', 'tools', 'metrics', 'embedding_models'] as const
  changed.push(...tables.filter((table) => !isSame(before, after, table)))
  const parts = [count('+', added.length), count('-', removed.length), list(changed)]
  const said = parts.filter((part) => part !== '').join(', ')
  if (said !== '') return said
  return before.hash === after.hash ? 'nothing changed' : 'defaults changed'
}

function isSame(before: Config, after: Config, table: string): boolean {
  return isDeepStrictEqual(before.tables[table], after.tables[table])
}

function count(sign: string, number: number): string {
  if (number === 0) return ''
  return `${sign}${number} ${number === 1 ? 'model' : 'models'}`
}

function list(names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length - MOST_NAMED
  const named = names.slice(0, MOST_NAMED).join(', ')
  return more > 0 ? `${named} and ${more} more changed` : `${named} changed`
}
