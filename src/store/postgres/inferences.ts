import type { InferenceOrder, InferencePage, InferenceQuery } from '../../domain/inference-query.ts'
import { timesIn } from '../../lib/times-in.ts'
import type { Budget } from '../budget.ts'
import type { FoundInference } from '../inference-reads.ts'
import { tagsOf } from '../sqlite/log-rows.ts'
import { nativeIn } from '../sqlite/native-rows.ts'
import { readNumber, readNumberOrNull, readText, readTextOrNull, type Row } from '../row.ts'
import type { Asks } from './documents.ts'
import { Values } from './filter.ts'
import { allOf, conditionOf, DEMONSTRATIONS, valueOf } from './inference-condition.ts'
import { jsonOf } from './json.ts'
import { payloadOf } from './payload.ts'
import { decodeTags, decodeText, encodeText } from './text.ts'

const FRAME = `(
  SELECT p.frame FROM weir.payload p
  WHERE p.inference_id = i.id AND p.started_at = i.started_at) AS frame`

const COLUMNS = `
  i.id, i.episode_id, i.function_name, i.variant_name, i.tags, i.config_hash, i.latency_us,
  CASE WHEN i.stream THEN i.ttft_us END AS ttft_us, ${FRAME},
  (SELECT a.provider_type FROM weir.attempt a
    WHERE a.inference_id = i.id AND a.started_at = i.started_at
    ORDER BY a.position DESC LIMIT 1) AS provider_type`

const ALL = { order: [{ by: 'relevance', descending: true }] } as const

/** Texts are looked through here, step by step. */
interface Asking {
  readonly db: Asks
  readonly budget: Budget
}

type Cursors = Pick<InferencePage, 'before' | 'after'>

/** Those that the query finds, in the page's order. */
export async function readInferences(
  { db, budget }: Asking,
  query: InferenceQuery,
  page: InferencePage,
): Promise<FoundInference[]> {
  const { limit, offset = 0, after } = page
  if (limit <= 0) return []
  const times = query.search === undefined ? null : await searched({ db, budget }, query, page)
  const values = new Values()
  const where = whereOf(query, page, values)
  const shown = query.demonstrated
    ? `(SELECT f.value ${DEMONSTRATIONS} ORDER BY f.id DESC LIMIT 1)`
    : 'NULL'
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS}, ${shown} AS demonstration
     FROM weir.inference i ${times === null ? '' : timesTable(times, values)}
     WHERE ${where} ORDER BY ${orderOf(page, values)}
     LIMIT ${values.add(limit)} OFFSET ${values.add(offset)}`,
    values.list,
  )
  const found = rows.map(decodeFound)
  return after === undefined ? found : found.toReversed()
}

export async function countInferences(
  { db, budget }: Asking,
  query: InferenceQuery,
): Promise<number> {
  if (query.search !== undefined) {
    const times = await searched({ db, budget }, query, ALL)
    return times.size
  }
  const values = new Values()
  const { rows } = await db.query<Row>(
    `SELECT count(*) AS count FROM weir.inference i WHERE ${conditionOf(query, values)}`,
    values.list,
  )
  return readNumber(rows[0] ?? {}, 'count')
}

function whereOf(query: InferenceQuery, { before, after }: Cursors, values: Values): string {
  return allOf([
    conditionOf(query, values),
    ...(before === undefined ? [] : [`i.id < ${values.add(encodeText(before))}`]),
    ...(after === undefined ? [] : [`i.id > ${values.add(encodeText(after))}`]),
  ])
}

function orderOf(page: Pick<InferencePage, 'order' | 'after'>, values: Values): string {
  const descending = byTime(page)
  if (descending !== null) return `i.id ${descending ? 'DESC' : 'ASC'}`
  const keys = page.order.map(
    (term) => `${keyOf(term, values)} ${term.descending ? 'DESC' : 'ASC'} NULLS LAST`,
  )
  return [...keys, 'i.id DESC'].join(', ')
}

/** Whether rows are taken from the newest on; null when they go by something else. */
function byTime({ order, after }: Pick<InferencePage, 'order' | 'after'>): boolean | null {
  const [first] = order
  if (first !== undefined && first.by !== 'time') return null
  return (first?.descending ?? true) === (after === undefined)
}

function keyOf(term: InferenceOrder, values: Values): string {
  if (term.by === 'metric') return valueOf(term, values)
  if (term.by === 'relevance') return 'searched.times'
  // Whole seconds of the time with which a UUIDv7 begins.
  return `(CASE WHEN i.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-'
    THEN ('x' || left(i.id, 8) || substr(i.id, 10, 4))::bit(48)::bigint / 1000 END)`
}

function timesTable(times: ReadonlyMap<string, number>, values: Values): string {
  const ids = values.add([...times.keys()].map(encodeText))
  const counts = values.add([...times.values()])
  return `JOIN unnest(${ids}::text[], ${counts}::bigint[]) AS searched (id, times)
    ON searched.id = i.id`
}

const AT_ONCE = 100

/**
 * How often those with the text have it. Texts are compressed, so they are looked through here:
 * no further than the page needs where it goes by time, else all of them.
 */
async function searched(
  { db, budget }: Asking,
  query: InferenceQuery,
  page: Pick<InferencePage, 'order'> & Partial<InferencePage>,
): Promise<Map<string, number>> {
  const { search = '' } = query
  const { limit = Infinity, offset = 0 } = page
  const descending = byTime(page) ?? true
  const enough = byTime(page) === null ? Infinity : offset + limit
  const found = new Map<string, number>()
  let cursors: Cursors = page
  for (let more = true; more;) {
    budget.check()
    const values = new Values()
    const { rows } = await db.query<Row>(
      `SELECT i.id, ${FRAME} FROM weir.inference i WHERE ${whereOf(query, cursors, values)}
       ORDER BY i.id ${descending ? 'DESC' : 'ASC'} LIMIT ${AT_ONCE}`,
      values.list,
    )
    for (const row of rows) {
      const id = decodeText(readText(row, 'id'))
      const payload = payloadOf(row, id)
      const times = payload === null ? 0 : timesIn(nativeIn(payload, null), search)
      if (times > 0) found.set(id, times)
    }
    const last = rows.at(-1)
    const id = last && decodeText(readText(last, 'id'))
    if (id !== undefined) cursors = descending ? { ...page, before: id } : { ...page, after: id }
    more = rows.length === AT_ONCE && found.size < enough
  }
  return found
}

function decodeFound(row: Row): FoundInference {
  const text = (column: string) => decodeText(readText(row, column))
  const payload = payloadOf(row, text('id'))
  const demonstration = readTextOrNull(row, 'demonstration')
  return {
    id: text('id'),
    episodeId: text('episode_id'),
    functionName: text('function_name'),
    variantName: text('variant_name'),
    tags: tagsOf(decodeTags(readText(row, 'tags'))),
    configHash: text('config_hash'),
    latencyUs: readNumber(row, 'latency_us'),
    ttftUs: readNumberOrNull(row, 'ttft_us'),
    native: payload && nativeIn(payload, readTextOrNull(row, 'provider_type')),
    demonstration: demonstration === null ? null : jsonOf(demonstration),
  }
}
