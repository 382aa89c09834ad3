import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HotFile } from '../../src/store/sqlite/hot-file.ts'
import { unplaced } from '../../src/store/sqlite/payload-files.ts'
import { HOT_FILE } from '../../src/store/sqlite/hot-schema.ts'
import { bareRecord, facts } from './facts.ts'

const AT_ONCE = 1000
const HOUR_MS = 3_600_000

export interface Spread {
  readonly rows: number
  /** When the first began, in ms since 1970: a whole hour. */
  readonly firstAt: number
  /** Over how many whole hours. */
  readonly hours: number
}

/** Fills the database alone, without texts, as fast as one thread can. Returns rows a second. */
export function fillHot(dataDir: string, spread: Spread, random: () => number): number {
  const { rows, firstAt, hours } = spread
  const stepMs = (hours * HOUR_MS) / rows
  const startedMs = performance.now()
  const hot = new HotFile(dataDir)
  for (let row = 0; row < rows; row += AT_ONCE) {
    const count = Math.min(AT_ONCE, rows - row)
    const records = Array.from({ length: count }, (_, index) =>
      bareRecord(facts(Math.floor(firstAt + (row + index) * stepMs), random)),
    )
    hot.write({ records: unplaced(records), begun: [], changes: [] })
  }
  hot.close(true)
  return rows / ((performance.now() - startedMs) / 1000)
}

/** The same rows again and again, each time later: millions in minutes. */
export function repeatHot(dataDir: string, { rows, hours }: Spread, times: number): void {
  using db = new DatabaseSync(path.join(dataDir, HOT_FILE))
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY')
  db.function('later', { deterministic: true }, laterUuid)
  const indexes = db
    .prepare(`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
      AND tbl_name IN ('inference', 'attempt')`)
    .all()
  for (const { name } of indexes) db.exec(`DROP INDEX ${String(name)}`)
  for (let copy = 1; copy < times; copy += 1) {
    const laterHours = copy * hours
    db.exec(`BEGIN; ${copySql(db, { rows: copy * rows, base: rows, laterHours })} COMMIT`)
    process.stderr.write(`\rstore: ${(copy + 1) * rows} rows`)
  }
  for (const { sql } of indexes) db.exec(String(sql))
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  process.stderr.write('\n')
}

/** As the gateway does when it has nothing else to do. */
export function sumHours(dataDir: string): void {
  const hot = new HotFile(dataDir)
  while (hot.closeHour(Date.now()));
  hot.close(true)
}

function copySql(
  db: DatabaseSync,
  { rows, base, laterHours }: { rows: number; base: number; laterHours: number },
): string {
  const laterMs = laterHours * HOUR_MS
  const changes: Record<string, Record<string, string>> = {
    inference: {
      seq: `seq + ${rows}`,
      started_at: `started_at + ${laterMs}`,
      id: `later(id, ${laterMs})`,
      episode_id: `later(episode_id, ${laterMs})`,
    },
    attempt: { seq: `seq + ${rows}`, id: `later(id, ${laterMs})` },
    tag: { seq: `seq + ${rows}` },
    arrival: {
      slot: `slot + ${laterHours * 12}`,
      first_seq: `first_seq + ${rows}`,
      last_seq: `last_seq + ${rows}`,
    },
    rollup: {
      hour: `hour + ${laterHours}`,
      first_at: `first_at + ${laterMs}`,
      last_at: `last_at + ${laterMs}`,
    },
  }
  const ends: Record<string, string> = {
    inference: `seq <= ${base}`,
    attempt: `seq <= ${base}`,
    tag: `seq <= ${base}`,
    arrival: `last_seq <= ${base}`,
    rollup: `hour < (SELECT min(hour) FROM rollup) + ${laterHours / (rows / base)}`,
  }
  return Object.entries(changes)
    .map(([table, changed]) => {
      const columns = db
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => String(name))
      const values = columns.map((column) => changed[column] ?? column)
      return `INSERT INTO ${table} (${columns.join(', ')})
        SELECT ${values.join(', ')} FROM ${table} WHERE ${ends[table]};`
    })
    .join('\n')
}

function laterUuid(id: unknown, laterMs: unknown): Uint8Array {
  const bytes = Buffer.from(id instanceof Uint8Array ? id : [])
  bytes.writeUIntBE(bytes.readUIntBE(0, 6) + Number(laterMs), 0, 6)
  return bytes
}
