import type { EpisodeBounds, EpisodeFigures, EpisodeQuery } from '../episodes.ts'
import { Search } from './inference-search.ts'
import type { Ask } from './queries.ts'
import { readNumber, readText, type Row } from '../row.ts'

export async function readEpisodes(ask: Ask, query: EpisodeQuery): Promise<EpisodeFigures[]> {
  const { functionName, filter, before, after, limit } = query
  if (limit <= 0) return []
  const search = new Search({
    ...(functionName !== undefined && { functionName }),
    ...(filter && { filter }),
  })
  const parts = [search.where({})]
  if (before !== undefined) parts.push(`i.episode_id < ${search.bindings.add('String', before)}`)
  if (after !== undefined) parts.push(`i.episode_id > ${search.bindings.add('String', after)}`)
  const rows = await ask(
    `SELECT DISTINCT i.episode_id AS episode_id ${search.from()} WHERE ${parts.join(' AND ')}
     ORDER BY episode_id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ${Math.trunc(limit)}`,
    search.bindings.params,
  )
  return readFigures(
    ask,
    rows.map((row) => readText(row, 'episode_id')),
  )
}

/** Of all that belongs to them, not only of what was found. */
async function readFigures(ask: Ask, ids: readonly string[]): Promise<EpisodeFigures[]> {
  if (ids.length === 0) return []
  const all = new Search({})
  const where = all.where({})
  const rows = await ask(
    `SELECT i.episode_id AS episode_id, count() AS n, min(i.id) AS first, max(i.id) AS last
     ${all.from()} WHERE ${where} AND i.episode_id IN ${all.bindings.add('Array(String)', ids)}
     GROUP BY episode_id ORDER BY episode_id DESC`,
    all.bindings.params,
  )
  return rows.map(figuresOf)
}

function figuresOf(row: Row): EpisodeFigures {
  return {
    episodeId: readText(row, 'episode_id'),
    count: readNumber(row, 'n'),
    firstInferenceId: readText(row, 'first'),
    lastInferenceId: readText(row, 'last'),
  }
}

export async function readEpisodeBounds(ask: Ask): Promise<EpisodeBounds> {
  const all = new Search({})
  const where = all.where({})
  const [row = {}] = await ask(
    `SELECT uniqExact(i.episode_id) AS n, min(i.episode_id) AS first, max(i.episode_id) AS last
     ${all.from()} WHERE ${where}`,
    all.bindings.params,
  )
  const count = readNumber(row, 'n')
  if (count === 0) return { first: null, last: null, count }
  return { first: readText(row, 'first'), last: readText(row, 'last'), count }
}
