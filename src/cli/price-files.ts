import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { priceOf } from '../domain/prices/price-of.ts'
import { PriceTableError, readPriceTable } from '../domain/prices/read-table.ts'
import { byProvider, joinTables, type PriceTable } from '../domain/prices/table.ts'
import type { TablePricing } from '../engine/complete.ts'
import { parseJson } from '../lib/json.ts'
import { StartError } from './start-error.ts'

/** The prices we ship: in the same place for the sources and for what is built. */
const SHIPPED = new URL('../../data/prices.json', import.meta.url)

/** The user's own prices: as told, else `prices.json` beside the records; null when there are none. */
export function userPriceFile(told: string | null, dataDir: string): string | null {
  if (told !== null) return told
  const usual = join(dataDir, 'prices.json')
  return existsSync(usual) ? usual : null
}

/** Our prices, and the user's before them. Throws a `PriceTableError`. */
export function loadPriceTable(userFile: string | null): PriceTable {
  const shipped = readPriceTable(parseJson(readFileSync(SHIPPED, 'utf8')), 'data/prices.json')
  return userFile === null ? shipped : joinTables(readPriceFile(userFile), shipped)
}

/** The same, asked for one cost at a time. Throws a `PriceTableError`. */
export function tablePricing(userFile: string | null): TablePricing {
  const tables = byProvider(loadPriceTable(userFile))
  return (priced) => {
    const table = tables.get(priced.providerType)
    return (table && priceOf(table, priced))?.nano ?? null
  }
}

/** What is wrong with the user's own prices is said at the start: later nobody would read it. */
export function readPrices(userFile: string | null): TablePricing {
  try {
    return tablePricing(userFile)
  } catch (thrown) {
    if (!(thrown instanceof PriceTableError)) throw thrown
    throw new StartError(thrown.message, { cause: thrown })
  }
}

/** One file by itself. Throws a `PriceTableError`. */
export function readPriceFile(file: string): PriceTable {
  const json = parseJson(readText(file))
  if (json === undefined) throw new PriceTableError([`${file}: It is not valid JSON.`])
  return readPriceTable(json, file)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new PriceTableError([`${file}: It cannot be read: ${reason}`])
  }
}
