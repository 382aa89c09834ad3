import type { LogRow, StoredInference } from '../store.ts'
import { decodeLogRow, decodeStored } from '../sqlite/log-rows.ts'
import type { Payload } from '../sqlite/payload.ts'
import type { Row } from '../row.ts'
import { decodeTags, decodeText } from './text.ts'

/** Rows with the names that SQLite's queries give them: they are read by the same code. */
export const SELECT_INFERENCES = `
  SELECT i.*, i.dialect AS dialect_name, i.requested_model AS requested_model_name,
    i.model AS model_name, i.provider AS provider_name, i.error AS error_name,
    i.finish AS finish_name, i.config_hash AS config_name
  FROM weir.inference i`

export const SELECT_ATTEMPTS = `
  SELECT a.*, a.reason AS reason_name, a.provider AS provider_name,
    a.provider_type AS provider_type_name, a.upstream_model AS upstream_model_name,
    a.url AS url_name, a.usage_source AS usage_source_name, a.error AS error_name,
    a.finish AS finish_name, a.finish_raw AS finish_raw_name, a.model AS model_name,
    a.variant AS variant_name
  FROM weir.attempt a`

export function logRowOf(row: Row): LogRow {
  return decodeLogRow(decoded(row))
}

export function storedOf(
  row: Row,
  attempts: readonly Row[],
  payload: Payload | null,
): StoredInference {
  return decodeStored(decoded(row), attempts.map(decoded), payload)
}

/** With NULs where they were. */
function decoded(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value !== 'string' ? value : column === 'tags' ? decodeTags(value) : decodeText(value),
    ]),
  )
}
