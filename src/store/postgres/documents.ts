import type pg from 'pg'
import type { Json } from '../../domain/chat.ts'
import type { DocumentName } from '../changes.ts'
import { jsonOf } from './json.ts'
import { decodeText, encodeText } from './text.ts'

const PUT = `
  INSERT INTO weir.document (collection, key, value) VALUES ($1, $2, $3)
  ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value`
const CLAIM = `
  INSERT INTO weir.document (collection, key, value) VALUES ($1, $2, $3)
  ON CONFLICT (collection, key) DO NOTHING`
const FIND = 'SELECT value FROM weir.document WHERE collection = $1 AND key = $2'
const REMOVE = 'DELETE FROM weir.document WHERE collection = $1 AND key = $2'
const LIST = `
  SELECT key, value FROM weir.document WHERE collection = $1 AND key > $2 ORDER BY key LIMIT $3`

/** What a query can be asked of: a connection or a pool. */
export type Asks = Pick<pg.ClientBase, 'query'>

export async function putDocument(db: Asks, name: DocumentName, value: Json): Promise<null> {
  await db.query(PUT, [...placeOf(name), JSON.stringify(value)])
  return null
}

/** What another gateway claimed first is committed, and seen, when this one's claim fails. */
export async function claimDocument(db: Asks, name: DocumentName, value: Json): Promise<Json> {
  const { rowCount } = await db.query(CLAIM, [...placeOf(name), JSON.stringify(value)])
  return rowCount === 1 ? value : readDocument(db, name)
}

export async function removeDocument(db: Asks, name: DocumentName): Promise<boolean> {
  const { rowCount } = await db.query(REMOVE, placeOf(name))
  return rowCount === 1
}

export async function readDocument(db: Asks, name: DocumentName): Promise<Json> {
  const { rows } = await db.query<{ value: string }>(FIND, placeOf(name))
  return rows[0] === undefined ? null : jsonOf(rows[0].value)
}

export async function readDocuments(
  db: Asks,
  collection: string,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<{ key: string; value: Json }[]> {
  const values = [encodeText(collection), encodeText(after ?? ''), limit]
  const { rows } = await db.query<{ key: string; value: string }>(LIST, values)
  return rows.map(({ key, value }) => ({ key: decodeText(key), value: jsonOf(value) }))
}

function placeOf({ collection, key }: DocumentName): [string, string] {
  return [encodeText(collection), encodeText(key)]
}
