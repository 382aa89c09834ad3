import type { Json } from '../../domain/chat.ts'
import type { Change, DocumentName } from '../changes.ts'
import type { Ask } from './queries.ts'
import { readText, type Row } from '../row.ts'

/** Names of answers that clients may no longer ask for: documents like others. */
const FORGOTTEN = 'weir::forgotten_responses'

export type DocumentChange = Extract<
  Change,
  { readonly kind: 'put' | 'claim' | 'remove' | 'forget_response' }
>

export function isDocumentChange(change: Change): change is DocumentChange {
  return ['put', 'claim', 'remove', 'forget_response'].includes(change.kind)
}

/** What the changes answer, and the rows they leave. */
export interface DocumentRows {
  readonly answers: readonly Json[]
  readonly rows: readonly Row[]
}

/** Reads what the changes are about, and applies them in their order. */
export async function applyDocuments(
  ask: Ask,
  changes: readonly DocumentChange[],
  nextVersion: () => number,
): Promise<DocumentRows> {
  const now = await readValues(ask, changes.map(nameOf))
  const changed = new Map<string, DocumentName>()
  const answers = changes.map((change) => {
    const name = nameOf(change)
    const key = keyOf(name)
    const there = now.get(key)
    const { answer, value } = outcomeOf(change, there)
    if (value === there) return answer
    if (value === undefined) now.delete(key)
    else now.set(key, value)
    changed.set(key, name)
    return answer
  })
  const rows = [...changed].map(([key, { collection, key: name }]) => {
    const value = now.get(key)
    return {
      collection: collection.toWellFormed(),
      key: name.toWellFormed(),
      value: value ?? '',
      version: nextVersion(),
      is_deleted: value === undefined ? 1 : 0,
    }
  })
  return { answers, rows }
}

/** `there` and `value` are JSON; undefined is no document. */
function outcomeOf(
  change: DocumentChange,
  there: string | undefined,
): { readonly answer: Json; readonly value: string | undefined } {
  switch (change.kind) {
    case 'put':
      return { answer: null, value: JSON.stringify(change.value) }
    case 'claim': {
      const value = there ?? JSON.stringify(change.value)
      return { answer: jsonIn(value), value }
    }
    case 'remove':
      return { answer: there !== undefined, value: undefined }
    case 'forget_response':
      return { answer: null, value: 'true' }
  }
}

function nameOf(change: DocumentChange): DocumentName {
  if (change.kind === 'forget_response') return { collection: FORGOTTEN, key: change.responseId }
  return change
}

function keyOf({ collection, key }: DocumentName): string {
  return JSON.stringify([collection.toWellFormed(), key.toWellFormed()])
}

async function readValues(ask: Ask, names: readonly DocumentName[]): Promise<Map<string, string>> {
  const rows = await ask(
    `SELECT collection, key, value FROM WeirDocument FINAL
     WHERE collection IN {collections: Array(String)} AND key IN {keys: Array(String)}`,
    {
      collections: [...new Set(names.map(({ collection }) => collection.toWellFormed()))],
      keys: [...new Set(names.map(({ key }) => key.toWellFormed()))],
    },
  )
  return new Map(
    rows.map((row) => [
      keyOf({ collection: readText(row, 'collection'), key: readText(row, 'key') }),
      readText(row, 'value'),
    ]),
  )
}

export async function readDocument(ask: Ask, { collection, key }: DocumentName): Promise<Json> {
  const [row] = await ask(
    `SELECT value FROM WeirDocument FINAL
     WHERE collection = {collection: String} AND key = {key: String}`,
    { collection, key },
  )
  return row === undefined ? null : jsonIn(readText(row, 'value'))
}

export async function readDocuments(
  ask: Ask,
  collection: string,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<{ key: string; value: Json }[]> {
  const rows = await ask(
    `SELECT key, value FROM WeirDocument FINAL
     WHERE collection = {collection: String} AND key > {after: String}
     ORDER BY key LIMIT {limit: UInt32}`,
    { collection, after: after ?? '', limit },
  )
  return rows.map((row) => ({ key: readText(row, 'key'), value: jsonIn(readText(row, 'value')) }))
}

export async function isForgotten(ask: Ask, responseId: string): Promise<boolean> {
  return (await readDocument(ask, { collection: FORGOTTEN, key: responseId })) !== null
}

function jsonIn(text: string): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  return JSON.parse(text) as Json
}
