import type { DatabaseSync } from 'node:sqlite'
import type { Budget } from '../budget.ts'
import type { EpisodeBounds, EpisodeFigures, EpisodeQuery } from '../episodes.ts'
import { allOf, conditionOf, sql } from './inference-condition.ts'
import { readNumber } from '../row.ts'
import { decodeId, encodeId } from './values.ts'
import { alongIndex, figuresAlong, type Walk } from './walk.ts'

export function readEpisodes(
  db: DatabaseSync,
  budget: Budget,
  { functionName, filter, before, after, limit }: EpisodeQuery,
): EpisodeFigures[] {
  const walk = walkOf(
    allOf([
      ...(before === undefined ? [] : [sql('i.episode_id < ?', encodeId(before))]),
      ...(after === undefined ? [] : [sql('i.episode_id > ?', encodeId(after))]),
    ]),
    after === undefined,
  )
  const condition = conditionOf({
    ...(functionName !== undefined && { functionName }),
    ...(filter && { filter }),
  })
  const query = { select: 'i.episode_id', selected: [], condition }
  const found = new Set<string>()
  if (limit <= 0) return []
  for (const rows of alongIndex({ db, walk, budget }, query)) {
    for (const row of rows) {
      if (found.size >= limit) break
      found.add(decodeId(row['episode_id']))
    }
    if (found.size >= limit) break
  }
  const episodes = [...found].map((episodeId) => figuresOf(db, episodeId))
  return after === undefined ? episodes : episodes.toReversed()
}

function walkOf(within: Walk['within'], descending: boolean): Walk {
  return {
    table: 'inference i INDEXED BY inference_episode',
    join: '',
    within,
    check: sql('1'),
    keys: [
      { column: 'i.episode_id', descending },
      { column: 'i.seq', descending },
    ],
  }
}

function figuresOf(db: DatabaseSync, episodeId: string): EpisodeFigures {
  const { text, values } = conditionOf({})
  const figures =
    db
      .prepare(
        `SELECT count(*) AS count, min(i.id) AS first, max(i.id) AS last FROM inference i
         WHERE i.episode_id = ? AND ${text}`,
      )
      .get(encodeId(episodeId), ...values) ?? {}
  return {
    episodeId,
    count: readNumber(figures, 'count'),
    firstInferenceId: decodeId(figures['first']),
    lastInferenceId: decodeId(figures['last']),
  }
}

export function readEpisodeBounds(db: DatabaseSync, budget: Budget): EpisodeBounds {
  const bounds: { first: string | null; last: string | null; count: number } = {
    first: null,
    last: null,
    count: 0,
  }
  const condition = conditionOf({})
  const select = `count(DISTINCT i.episode_id) AS count, min(i.episode_id) AS first,
    max(i.episode_id) AS last`
  const walk = walkOf(allOf([]), false)
  for (const row of figuresAlong({ db, walk, budget }, { select, condition })) {
    if (row['first'] === null) continue
    // Steps may part an episode: then it is the last one of the step before.
    const first = decodeId(row['first'])
    bounds.count += readNumber(row, 'count') - Number(first === bounds.last)
    bounds.first ??= first
    bounds.last = decodeId(row['last'])
  }
  return bounds
}
