import type pg from 'pg'
import { readNumber, readText, type Row } from '../row.ts'
import { hasTable, SCHEMA_LOCK } from './migrate.ts'
import { transact } from './transact.ts'

const DAY_MS = 86_400_000
/** The first Monday after 1970 began. */
const FIRST_MONDAY_MS = 4 * DAY_MS

/** Facts are kept by month; texts, which are large and go first, by week. */
const TABLES: readonly (readonly [PartitionedTable, 'month' | 'week'])[] = [
  ['inference', 'month'],
  ['attempt', 'month'],
  ['payload', 'week'],
]

interface Partition {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** One that is there. */
export interface StoredPartition {
  readonly table: PartitionedTable
  readonly name: string
  /** All its rows began before this time, milliseconds since 1970. */
  readonly endsAt: number
  readonly bytes: number
}

export type PartitionedTable = 'inference' | 'attempt' | 'payload'

/** Makes the partitions that rows need, before they come. */
export class Partitions {
  readonly #client: pg.ClientBase
  readonly #known = new Set<string>()

  constructor(client: pg.ClientBase) {
    this.#client = client
  }

  async ensure(times: readonly number[]): Promise<void> {
    for (const [table, by] of TABLES) {
      for (const time of times) {
        const partition = partitionOf(table, by, time)
        if (!this.#known.has(partition.name)) await this.#make(table, partition)
      }
    }
  }

  /** One of them was dropped by another gateway. */
  forget(): void {
    this.#known.clear()
  }

  /** Attached, not made in place: readers need not wait. */
  async #make(table: string, { name, from, to }: Partition): Promise<void> {
    await transact(this.#client, async () => {
      await this.#client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK])
      if (await hasTable(this.#client, name)) return
      await this.#client.query(`
        CREATE TABLE weir.${name} (LIKE weir.${table} INCLUDING DEFAULTS INCLUDING STORAGE);
        ALTER TABLE weir.${table} ATTACH PARTITION weir.${name}
          FOR VALUES FROM ('${from}') TO ('${to}')`)
    })
    this.#known.add(name)
  }
}

const LIST = `
  SELECT p.relname AS parent, c.relname AS name, pg_total_relation_size(c.oid) AS bytes
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
  WHERE p.relnamespace = 'weir'::regnamespace AND p.relkind = 'p' ORDER BY c.relname`

/** All there are of a table, the oldest first. */
export async function partitionsIn(
  client: pg.ClientBase,
): Promise<Record<PartitionedTable, StoredPartition[]>> {
  const { rows } = await client.query<Row>(LIST)
  const found: Record<PartitionedTable, StoredPartition[]> = {
    payload: [],
    attempt: [],
    inference: [],
  }
  for (const [table, by] of TABLES) {
    for (const row of rows) {
      const name = readText(row, 'name')
      const [, year, month, day = '01'] = /_(\d{4})_(\d\d)(?:_(\d\d))?$/.exec(name) ?? []
      const from = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
      if (row['parent'] !== table || Number.isNaN(from)) continue
      const [, endsAt] = by === 'month' ? monthOf(from) : weekOf(from)
      found[table].push({ table, name, endsAt, bytes: readNumber(row, 'bytes') })
    }
  }
  return found
}

function partitionOf(table: string, by: 'month' | 'week', time: number): Partition {
  const [from, to] = by === 'month' ? monthOf(time) : weekOf(time)
  const day = new Date(from).toISOString().slice(0, 10)
  return {
    name: `${table}_${day.slice(0, by === 'month' ? 7 : 10).replaceAll('-', '_')}`,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  }
}

function monthOf(time: number): [number, number] {
  const date = new Date(time)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  return [Date.UTC(year, month), Date.UTC(year, month + 1)]
}

function weekOf(time: number): [number, number] {
  const weeks = Math.floor((time - FIRST_MONDAY_MS) / (7 * DAY_MS))
  const from = FIRST_MONDAY_MS + weeks * 7 * DAY_MS
  return [from, from + 7 * DAY_MS]
}
