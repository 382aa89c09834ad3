import { isUuid, uuidV7At } from '../../domain/ids.ts'
import type { InferenceRecord } from '../../domain/record.ts'
import { asArray, asNumber, asObject, asString, type Json } from '../../lib/json.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Change, ChangeOutcome, DocumentName } from '../../store/changes.ts'
import { RemoteFault } from '../../store/remote/engine.ts'
import { readText, type Row } from '../../store/row.ts'
import {
  SOURCE_KINDS,
  type SourceKind,
  type TensorZeroSource,
} from '../../store/tensorzero/source.ts'
import { CHANGES } from './changes.ts'
import { importedRecord, type ReadBlocks } from './inference.ts'
import { keyOf } from './values.ts'

/** Where it all goes. A fault of kind `data` blames what was to be written; others end the import. */
export interface ImportTarget {
  /** Records, then changes in their order, in one commit; what is there already is left alone. */
  write(batch: Batch): Promise<readonly ChangeOutcome[]>
}

interface Batch {
  readonly records: readonly InferenceRecord[]
  readonly changes: readonly Change[]
}

export interface ImportOptions {
  readonly source: TensorZeroSource
  readonly target: ImportTarget
  readonly clock: Clock
  readonly readBlocks: ReadBlocks
  /** Told after each page; `total` is what there was to do when the import began. */
  readonly progress: (done: number, total: number) => void
}

/** What became of the rows of one kind, this time and, where it was interrupted, before. */
export interface Imported {
  readonly kind: SourceKind
  /** Brought over. */
  readonly rows: number
  /** Those that could not be read or kept, and why of the first few. */
  readonly unread: number
  readonly reasons: readonly { readonly key: string; readonly why: string }[]
}

/** Texts are large: of inferences fewer rows make a page. */
const PAGE = 1000
const SHORT_PAGES: Partial<Record<SourceKind, number>> = {
  inferences: 200,
  examples: 200,
  config_snapshots: 20,
}
const MOST_REASONS = 5
/**
 * An id is made when a request begins, a row when it has ended: a later import looks again at the
 * ids of so long before the one before it.
 */
const LOOK_BACK_MS = 2 * 86_400_000

/** Documents, one for each source and kind: how far its rows have come. */
const COLLECTION = 'tensorzero_import'

interface Cursor extends Omit<Imported, 'kind'> {
  /** The last key that was brought over; null: none yet. */
  readonly after: string | null
  /** When this pass over the rows began; ms since 1970. */
  readonly began: number
  readonly done: boolean
}

/**
 * Brings everything over, or what is missing. It may be cut off at any point and begun again: each
 * page is one commit together with the place where it ends.
 */
export async function importTensorZero(options: ImportOptions): Promise<Imported[]> {
  const { source, progress } = options
  const plans = []
  for (const kind of SOURCE_KINDS) {
    const cursor = await nextCursor(options, kind)
    plans.push({ kind, cursor, rows: await source.count(kind, cursor.after) })
  }
  const total = plans.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  const imported: Imported[] = []
  progress(0, total)
  for (const { kind, cursor } of plans) {
    const last = await importKind(options, { kind, cursor }, (rows) => {
      done += rows
      progress(done, Math.max(done, total))
    })
    imported.push({ kind, rows: last.rows, unread: last.unread, reasons: last.reasons })
  }
  return imported
}

async function importKind(
  { source, target, readBlocks }: ImportOptions,
  { kind, cursor: first }: { readonly kind: SourceKind; readonly cursor: Cursor },
  progress: (rows: number) => void,
): Promise<Cursor> {
  const name = nameOf(source, kind)
  const limit = SHORT_PAGES[kind] ?? PAGE
  let cursor = first
  for (;;) {
    const rows = await source.page(kind, { after: cursor.after, limit })
    const last = rows.at(-1)
    if (last === undefined) break
    const calls = kind === 'inferences' ? await source.calls(rows.map(keyOf)) : []
    const { things, unread } = translate(kind, rows, { calls, readBlocks })
    const next = (refused: readonly Refused[]) => advance(cursor, keyOf(last), rows, refused)
    cursor = await writeThings(target, { things, unread, next, name })
    progress(rows.length)
  }
  cursor = { ...cursor, done: true }
  await target.write({ records: [], changes: [putOf(name, cursor)] })
  return cursor
}

type Refused = Imported['reasons'][number]

/** A row of the source as it is written here. */
interface Thing {
  readonly key: string
  readonly record?: InferenceRecord
  readonly change?: Change
}

function translate(
  kind: SourceKind,
  rows: readonly Row[],
  of: { readonly calls: readonly Row[]; readonly readBlocks: ReadBlocks },
): { things: Thing[]; unread: Refused[] } {
  const calls = Map.groupBy(of.calls, (call) => readText(call, 'inference'))
  const things: Thing[] = []
  const unread: Refused[] = []
  for (const row of rows) {
    const key = keyOf(row)
    try {
      things.push(
        kind === 'inferences'
          ? { key, record: importedRecord(row, calls.get(key) ?? [], of.readBlocks) }
          : { key, change: CHANGES[kind](row) },
      )
    } catch (thrown) {
      unread.push({ key, why: thrown instanceof Error ? thrown.message : String(thrown) })
    }
  }
  return { things, unread }
}

interface Page {
  readonly things: readonly Thing[]
  readonly unread: readonly Refused[]
  readonly next: (refused: readonly Refused[]) => Cursor
  readonly name: DocumentName
}

/** All of a page at once; where something in it does not fit the store, each for itself. */
async function writeThings(target: ImportTarget, page: Page): Promise<Cursor> {
  const { things, unread, next, name } = page
  const cursor = next(unread)
  const batch = batchOf(things)
  const changes = [...batch.changes, putOf(name, cursor)]
  const outcomes = await unlessUnfit(target.write({ records: batch.records, changes }))
  if (!(outcomes instanceof RemoteFault) && outcomes.every((outcome) => 'result' in outcome)) {
    return cursor
  }
  const refused = [...unread]
  for (const thing of things) {
    const why = refusalOf(await unlessUnfit(target.write(batchOf([thing]))))
    if (why !== null) refused.push({ key: thing.key, why })
  }
  const corrected = next(refused)
  await target.write({ records: [], changes: [putOf(name, corrected)] })
  return corrected
}

function batchOf(things: readonly Thing[]): Batch {
  return {
    records: things.flatMap(({ record }) => record ?? []),
    changes: things.flatMap(({ change }) => change ?? []),
  }
}

function refusalOf(outcomes: readonly ChangeOutcome[] | RemoteFault): string | null {
  if (outcomes instanceof RemoteFault) return outcomes.message
  const failed = outcomes.find((outcome) => 'error' in outcome)
  return failed ? failed.error : null
}

async function unlessUnfit<T>(work: Promise<T>): Promise<T | RemoteFault> {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof RemoteFault && thrown.kind === 'data') return thrown
    throw thrown
  }
}

function advance(
  cursor: Cursor,
  after: string,
  rows: readonly Row[],
  refused: readonly Refused[],
): Cursor {
  return {
    ...cursor,
    after,
    rows: cursor.rows + rows.length - refused.length,
    unread: cursor.unread + refused.length,
    reasons: [...cursor.reasons, ...refused].slice(0, MOST_REASONS),
  }
}

function nameOf(source: TensorZeroSource, kind: SourceKind): DocumentName {
  return { collection: COLLECTION, key: `${source.name} ${kind}` }
}

/** Where an earlier import was cut off; after one that came to its end, a little before that. */
async function nextCursor(
  { source, target, clock }: ImportOptions,
  kind: SourceKind,
): Promise<Cursor> {
  const began = clock.now()
  const fresh = { after: null, began, done: false, rows: 0, unread: 0, reasons: [] }
  const claim: Change = { kind: 'claim', ...nameOf(source, kind), value: jsonOf(fresh) }
  const [outcome] = await target.write({ records: [], changes: [claim] })
  const standing = outcome && 'result' in outcome ? decode(outcome.result, fresh) : fresh
  if (!standing.done) return standing
  const { after } = standing
  if (after === null || !isUuid(after)) return fresh
  const back = uuidV7At(Math.max(0, standing.began - LOOK_BACK_MS))
  return { ...fresh, after: back < after ? back : after }
}

function putOf(name: DocumentName, cursor: Cursor): Change {
  return { kind: 'put', ...name, value: jsonOf(cursor) }
}

function jsonOf({ reasons, ...cursor }: Cursor): Json {
  return { ...cursor, reasons: reasons.map((reason) => ({ ...reason })) }
}

function decode(document: Json, fresh: Cursor): Cursor {
  const json = asObject(document)
  if (!json) return fresh
  return {
    after: asString(json['after']) ?? null,
    began: asNumber(json['began']) ?? fresh.began,
    done: json['done'] === true,
    rows: asNumber(json['rows']) ?? 0,
    unread: asNumber(json['unread']) ?? 0,
    reasons: asArray(json['reasons']).map((each) => {
      const { key, why } = asObject(each) ?? {}
      return { key: asString(key) ?? '', why: asString(why) ?? '' }
    }),
  }
}
