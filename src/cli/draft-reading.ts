import { decodeDialect } from '../api/dialects.ts'
import { completeRecord } from '../engine/complete.ts'
import type { Draft } from '../engine/draft.ts'
import { wireNamed } from '../providers/wires.ts'
import type { Complete } from '../store/read-drafts.ts'
import { tablePricing } from './price-files.ts'

/** How a store's thread reads a draft. Throws a `PriceTableError`. */
export function draftReading(priceFile: string | null): Complete<Draft> {
  const readers = { request: decodeDialect, wire: wireNamed, price: tablePricing(priceFile) }
  return (draft) => completeRecord(draft, readers)
}
