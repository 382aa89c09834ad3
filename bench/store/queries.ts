import { parseLogQuery } from '../../src/domain/log-query-parser.ts'
import type { LogFilter } from '../../src/domain/log-query.ts'
import { threadFile } from '../../src/cli/threads.ts'
import { openReader, type Reader } from '../../src/store/reader-client.ts'
import { type Spread, spread } from '../statistics.ts'

const DAY_MS = 86_400_000
const TIMES = 10

type Ask = (reads: Reader) => Promise<unknown>

export interface Timed {
  readonly query: string
  readonly ms: Spread | null
  /** Of all threads, the median. */
  readonly cpuMs: number | null
  /** Why it was not answered. */
  readonly error: string | null
}

/** What the pages and charts ask, each several times, of a store whose newest row is at `to`. */
export async function timeQueries(dataDir: string, to: number): Promise<Timed[]> {
  const reads = openReader({
    thread: threadFile('reader-thread'),
    threadData: { dataDir, priceFile: null },
  })
  const middle = await reads.list({ terms: [], to: to - 15 * DAY_MS }, { before: null, limit: 1 })
  const seq = middle.rows[0]?.seq ?? 1
  const id = middle.rows[0]?.id ?? ''
  const timed: Timed[] = []
  for (const [query, ask] of Object.entries(questions(to, seq, id))) {
    process.stderr.write(`store: ${query}\n`)
    timed.push(await time(reads, query, ask))
  }
  await reads.close()
  return timed
}

function questions(to: number, seq: number, id: string): Record<string, Ask> {
  const last = (days: number) => ({ from: to - days * DAY_MS, to })
  const filter = (q: string, days?: number): LogFilter => ({
    ...parseLogQuery(q).filter,
    ...(days !== undefined && last(days)),
  })
  const page =
    (q: string, days?: number, before: number | null = null): Ask =>
    (reads) =>
      reads.list(filter(q, days), { before, limit: 100 })
  const chart =
    (q: string, days: number): Ask =>
    (reads) =>
      reads.overview(filter(q, days), { ...last(days), buckets: 90 })
  const usage =
    (days: number, by: readonly ('model' | 'function' | 'variant')[]): Ask =>
    (reads) =>
      reads.usage({
        level: by.includes('model') ? 'attempt' : 'inference',
        ...last(days),
        period: days > 2 ? 'day' : 'hour',
        by,
        endings: ['ok'],
        quantiles: [0.5, 0.95, 0.99],
      })
  return {
    'newest page': page(''),
    'page in the middle': page('', undefined, seq),
    'one request': (reads) => reads.get(id),
    neighbours: (reads) => reads.neighbours(id, filter('')),
    'page of a function': page('function:function_7'),
    'page of a function and variant, 7 d': page('function:function_7 variant:variant_1', 7),
    'page of a model': page('model:model-3'),
    'page of a provider': page('provider:acme'),
    'page of errors': page('status:error'),
    'page of a user (tag)': page('tag.user_id:user_77'),
    'page of two tags': page('tag.user_id:user_77 tag.team:team_7'),
    'page of slow requests (> 12 s)': page('latency:>12s'),
    'page of a text in previews': page('friendly', 1),
    'page of a text that is nowhere (reads all texts)': page('nowheretobefound'),
    'count of everything': (reads) => reads.count(filter('')),
    'count of a function and variant, 7 d': (reads) =>
      reads.count(filter('function:function_7 variant:variant_1', 7)),
    'chart of 15 min': chart('', 15 / 1440),
    'chart of 1 h': chart('', 1 / 24),
    'chart of 24 h': chart('', 1),
    'chart of 7 d': chart('', 7),
    'chart of 30 d': chart('', 30),
    'chart of 30 d, a function': chart('function:function_7', 30),
    'chart of 30 d, a model': chart('model:model-3', 30),
    'chart of 30 d, errors': chart('status:error', 30),
    'usage and latency by model, 24 h by hour': usage(1, ['model']),
    'usage and latency by model, 7 d by day': usage(7, ['model']),
    'usage and latency by model, 30 d by day': usage(30, ['model']),
    'usage and latency by function and variant, 30 d by day': usage(30, ['function', 'variant']),
  }
}

async function time(reads: Reader, query: string, ask: Ask): Promise<Timed> {
  const ms: number[] = []
  const cpuMs: number[] = []
  try {
    for (let run = 0; run < TIMES; run += 1) {
      const startedMs = performance.now()
      const cpu = process.cpuUsage()
      await ask(reads)
      ms.push(performance.now() - startedMs)
      const { user, system } = process.cpuUsage(cpu)
      cpuMs.push((user + system) / 1000)
    }
    return { query, ms: spread(ms), cpuMs: spread(cpuMs)?.p50 ?? null, error: null }
  } catch (thrown) {
    return {
      query,
      ms: null,
      cpuMs: null,
      error: thrown instanceof Error ? thrown.message : String(thrown),
    }
  }
}
