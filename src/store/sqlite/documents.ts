import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Json } from '../../domain/chat.ts'
import type { DocumentName } from '../changes.ts'
import { readText } from '../row.ts'

const PUT = `
  INSERT INTO document (collection, key, value) VALUES (?, ?, ?)
  ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value`
const CLAIM = `
  INSERT INTO document (collection, key, value) VALUES (?, ?, ?)
  ON CONFLICT (collection, key) DO UPDATE SET value = document.value RETURNING value`

/** The writer's side of the documents. */
export class DocumentWriter {
  readonly #put: StatementSync
  readonly #claim: StatementSync
  readonly #remove: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(PUT)
    this.#claim = db.prepare(CLAIM)
    this.#remove = db.prepare('DELETE FROM document WHERE collection = ? AND key = ?')
  }

  put({ collection, key }: DocumentName, value: Json): null {
    this.#put.run(collection, key, JSON.stringify(value))
    return null
  }

  claim({ collection, key }: DocumentName, value: Json): Json {
    const row = this.#claim.get(collection, key, JSON.stringify(value))
    return row === undefined ? value : jsonIn(readText(row, 'value'))
  }

  remove({ collection, key }: DocumentName): boolean {
    return Number(this.#remove.run(collection, key).changes) > 0
  }
}

export function readDocument(db: DatabaseSync | null, { collection, key }: DocumentName): Json {
  const row = db
    ?.prepare('SELECT value FROM document WHERE collection = ? AND key = ?')
    .get(collection, key)
  return row === undefined ? null : jsonIn(readText(row, 'value'))
}

export function readDocuments(
  db: DatabaseSync | null,
  collection: string,
  { after, limit }: { readonly after?: string; readonly limit: number },
): { key: string; value: Json }[] {
  const rows = db
    ?.prepare(
      'SELECT key, value FROM document WHERE collection = ? AND key > ? ORDER BY key LIMIT ?',
    )
    .all(collection, after ?? '', limit)
  return (rows ?? []).map((row) => ({
    key: readText(row, 'key'),
    value: jsonIn(readText(row, 'value')),
  }))
}

export function jsonIn(text: string): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  return JSON.parse(text) as Json
}
