import type { Json } from '../../domain/chat.ts'
import type { InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import { nativeOf } from '../../domain/native-of.ts'
import type { FoundInference } from '../inference-reads.ts'
import type { StoredInference } from '../store.ts'
import { readNatives } from './contract-reads.ts'
import { Search } from './inference-search.ts'
import type { Ask } from './queries.ts'
import { decodeStored, LOG_COLUMNS } from './record-rows.ts'
import { readNumber, readText } from '../row.ts'

/** Those that the query finds, in the page's order. */
export async function readInferences(
  ask: Ask,
  query: InferenceQuery,
  page: InferencePage,
): Promise<FoundInference[]> {
  if (page.limit <= 0) return []
  const search = new Search(query)
  const where = search.where(page)
  const order = search.order(page)
  const ids = await ask(
    `SELECT i.id AS id ${search.from()} WHERE ${where}
     ORDER BY ${order} LIMIT ${Math.trunc(page.limit)} OFFSET ${Math.trunc(page.offset ?? 0)}`,
    search.bindings.params,
  )
  const found = await readEach(
    ask,
    ids.map((row) => readText(row, 'id')),
    query.demonstrated ?? false,
  )
  return page.after === undefined ? found : found.toReversed()
}

export async function countInferences(ask: Ask, query: InferenceQuery): Promise<number> {
  const search = new Search(query)
  const where = search.where({})
  const [row = {}] = await ask(
    `SELECT count() AS n ${search.from()} WHERE ${where}`,
    search.bindings.params,
  )
  return readNumber(row, 'n')
}

async function readEach(
  ask: Ask,
  ids: readonly string[],
  demonstrated: boolean,
): Promise<FoundInference[]> {
  if (ids.length === 0) return []
  const rows = await ask(
    `SELECT ${LOG_COLUMNS}, facts, texts FROM WeirInference WHERE id IN {ids: Array(String)}`,
    { ids },
  )
  const stored = new Map(rows.map((row) => [readText(row, 'id'), decodeStored(row)]))
  const bare = [...stored.values()].filter(({ payload }) => payload === 'missing')
  const natives = await readNatives(
    ask,
    bare.map(({ id }) => id),
  )
  const shown = demonstrated ? await readDemonstrations(ask, ids) : new Map<string, Json>()
  return ids.flatMap((id) => {
    const found = stored.get(id)
    if (found === undefined) return []
    const native = natives.get(id) ?? (found.payload === 'missing' ? null : nativeIn(found))
    return [{ ...factsOf(found), native, demonstration: shown.get(id) ?? null }]
  })
}

function factsOf(found: StoredInference): Omit<FoundInference, 'native' | 'demonstration'> {
  return {
    id: found.id,
    episodeId: found.episodeId,
    functionName: found.functionName,
    variantName: found.variantName,
    tags: found.tags,
    configHash: found.record.configHash,
    latencyUs: found.latencyUs,
    ttftUs: found.stream ? found.ttftUs : null,
  }
}

function nativeIn({ record, attemptRecords }: StoredInference) {
  return nativeOf({ ...record, attempts: attemptRecords })
}

/** The newest of each. */
async function readDemonstrations(ask: Ask, ids: readonly string[]): Promise<Map<string, Json>> {
  const rows = await ask(
    `SELECT target_id, argMax(value, id) AS value FROM WeirFeedback
     WHERE type = 'demonstration' AND target_id IN {ids: Array(String)} GROUP BY target_id`,
    { ids },
  )
  return new Map(
    rows.map((row) => [
      readText(row, 'target_id'),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the store's writer writes these
      JSON.parse(readText(row, 'value')) as Json,
    ]),
  )
}
