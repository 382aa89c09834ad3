import { decodeStored } from '../api/tensorzero/stored-block.ts'
import { loadConfig } from '../config/load.ts'
import type { Block, Json } from '../domain/chat.ts'
import { systemClock } from '../lib/clock.ts'
import { asArray, asObject } from '../lib/json.ts'
import { type Imported, importTensorZero } from '../ops/import/import.ts'
import { providers } from '../providers/index.ts'
import { RemoteFault } from '../store/remote/engine.ts'
import type { TensorZeroSource } from '../store/tensorzero/source.ts'
import { type Arguments, type CommandWords, type Env, UsageError } from './arguments.ts'
import { formatOf } from './command.ts'
import { configSources } from './environment.ts'
import { ImportProgress } from './import-progress.ts'
import { openTarget } from './import-target.ts'
import { StartError } from './start-error.ts'
import { chooseStore } from './store-choice.ts'

interface Terminal {
  readonly dataDir: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** A person watches: progress is one line that changes. */
  readonly watched: boolean
}

/**
 * `weir import tensorzero URL`: brings the records of TensorZero's database into the store that the
 * configuration and the environment choose. True when every row could be read.
 */
export async function importRecords(args: Arguments, env: Env, to: Terminal): Promise<boolean> {
  const format = formatOf(args.words, ['pretty', 'json'])
  const url = urlIn(args.words)
  const { config } = await loadConfig({ sources: configSources(args), env, providers })
  const choice = chooseStore(config.gateway, env)
  try {
    const source = await sourceAt(url)
    const target = await openTarget(choice, to.dataDir)
    try {
      if (source.name === target.name && choice.kind === 'clickhouse') {
        throw new StartError(`${source.name} is the store itself, which has its records already.`)
      }
      await source.open()
      const progress = new ImportProgress({ clock: systemClock, json: format === 'json', ...to })
      const imported = await importTensorZero({
        source,
        target,
        clock: systemClock,
        readBlocks,
        progress: (done, total) => progress.tell(done, total),
      })
      progress.end()
      const names = { from: source.name, to: target.name }
      to.out(
        format === 'json'
          ? `${JSON.stringify({ ...names, imported })}\n`
          : summary(imported, names),
      )
      return imported.every(({ unread }) => unread === 0)
    } finally {
      await source.close()
      await target.close()
    }
  } catch (thrown) {
    if (!(thrown instanceof RemoteFault)) throw thrown
    const again = thrown.kind === 'away' ? ' Start it again to go on where it ended.' : ''
    throw new StartError(`${thrown.message}${again}`, { cause: thrown })
  }
}

const USAGE = 'weir import tensorzero postgres://… (or http://… of its ClickHouse)'

function urlIn({ words: [from, url, spare] }: CommandWords): string {
  if (from !== 'tensorzero' || url === undefined) throw new UsageError(`Say what from: ${USAGE}`)
  if (spare !== undefined) throw new UsageError(`\`${spare}\` is one word too many.`)
  return url
}

/** Only what the source needs is loaded. */
async function sourceAt(url: string): Promise<TensorZeroSource> {
  const protocol = URL.parse(url)?.protocol ?? ''
  if (/^postgres(ql)?:$/.test(protocol)) {
    const { PostgresSource } = await import('../store/tensorzero/postgres.ts')
    return new PostgresSource(url)
  }
  if (/^https?:$/.test(protocol)) {
    const { ClickHouseSource } = await import('../store/tensorzero/clickhouse.ts')
    return new ClickHouseSource(url)
  }
  throw new UsageError(`That is no address of a database: ${USAGE}`)
}

/** What is no block that we know is kept as it is. */
function readBlocks(content: Json, role: 'user' | 'assistant'): Block[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content)
  return blocks.map((block) => {
    try {
      return decodeStored(asObject(block) ?? {}, role)
    } catch {
      return { type: 'unknown', data: block }
    }
  })
}

function summary(
  imported: readonly Imported[],
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const lines = imported
    .filter(({ rows, unread }) => rows + unread > 0)
    .map(
      ({ kind, rows }) =>
        `  ${kind.replaceAll('_', ' ').padEnd(18)}${rows.toLocaleString('en-US').padStart(12)}\n`,
    )
  const unread = imported.flatMap(({ kind, unread: count, reasons }) => {
    if (count === 0) return []
    const rows = count === 1 ? '1 row' : `${count} rows`
    const named = reasons.map(({ key, why }) => `    ${key}: ${why}\n`)
    const more = count > reasons.length ? `    and ${count - reasons.length} more\n` : ''
    return [
      `  ${rows} of ${kind.replaceAll('_', ' ')} could not be brought over:\n`,
      ...named,
      more,
    ]
  })
  const all = lines.length === 0 ? ['  nothing\n'] : lines
  return [`${from} → ${to}\n`, ...all, ...unread].join('')
}
