import type { EpisodeBounds, EpisodeFigures, EpisodeQuery } from '../episodes.ts'
import { readNumber, readText, readTextOrNull, type Row } from '../row.ts'
import type { Asks } from './documents.ts'
import { Values } from './filter.ts'
import { allOf, conditionOf } from './inference-condition.ts'
import { decodeText, encodeText } from './text.ts'

export async function readEpisodes(
  db: Asks,
  { functionName, filter, before, after, limit }: EpisodeQuery,
): Promise<EpisodeFigures[]> {
  if (limit <= 0) return []
  const values = new Values()
  const where = allOf([
    conditionOf(
      { ...(functionName !== undefined && { functionName }), ...(filter && { filter }) },
      values,
    ),
    ...(before === undefined ? [] : [`i.episode_id < ${values.add(encodeText(before))}`]),
    ...(after === undefined ? [] : [`i.episode_id > ${values.add(encodeText(after))}`]),
  ])
  const { rows } = await db.query<Row>(
    `SELECT i.episode_id, count(*) AS count, min(i.id) AS first, max(i.id) AS last
     FROM (
       SELECT DISTINCT i.episode_id FROM weir.inference i WHERE ${where}
       ORDER BY i.episode_id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ${values.add(limit)}
     ) found JOIN weir.inference i ON i.episode_id = found.episode_id
     WHERE ${conditionOf({}, values)} GROUP BY i.episode_id ORDER BY i.episode_id DESC`,
    values.list,
  )
  return rows.map((row) => ({
    episodeId: decodeText(readText(row, 'episode_id')),
    count: readNumber(row, 'count'),
    firstInferenceId: decodeText(readText(row, 'first')),
    lastInferenceId: decodeText(readText(row, 'last')),
  }))
}

export async function readEpisodeBounds(db: Asks): Promise<EpisodeBounds> {
  const values = new Values()
  const { rows } = await db.query<Row>(
    `SELECT count(DISTINCT i.episode_id) AS count, min(i.episode_id) AS first,
       max(i.episode_id) AS last
     FROM weir.inference i WHERE ${conditionOf({}, values)}`,
    values.list,
  )
  const [row = {}] = rows
  const id = (column: string) => {
    const text = readTextOrNull(row, column)
    return text === null ? null : decodeText(text)
  }
  return { first: id('first'), last: id('last'), count: readNumber(row, 'count') }
}
