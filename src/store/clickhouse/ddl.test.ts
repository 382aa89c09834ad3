import { describe, expect, test } from 'vitest'
import { FEEDBACK_TABLES } from './contract-feedback.ts'
import { STATISTICS_TABLES } from './contract-statistics.ts'
import { INFERENCE_TABLES } from './contract-tables.ts'
import { CONTRACT_VIEWS } from './contract-views.ts'
import {
  addColumn,
  addIndex,
  createTable,
  createView,
  modifyColumn,
  modifyView,
  type Place,
  quoteName,
  type Table,
} from './ddl.ts'
import { OWN_TABLES } from './own-tables.ts'

const CLUSTER: Place = { database: 'my-db', cluster: "c'1" }
const TABLES = [...INFERENCE_TABLES, ...FEEDBACK_TABLES, ...STATISTICS_TABLES, ...OWN_TABLES]

const table = (name: string): Table => {
  const found = TABLES.find((each) => each.name === name)
  if (found === undefined) throw new Error(`There is no ${name}.`)
  return found
}

describe('F242 the statements for ClickHouse', () => {
  test('on a cluster every table is replicated under its own path', () => {
    for (const each of TABLES) {
      const sql = createTable(each, CLUSTER)
      const path = `'/clickhouse/tables/{shard}/my-db/${each.name}', '{replica}'`
      const rest = (each.engineArguments ?? []).map((name) => `, ${name}`).join('')
      expect(sql).toContain(` ON CLUSTER \`c'1\` (`)
      expect(sql).toContain(`ENGINE = Replicated${each.engine}(${path}${rest})`)
      expect(sql).not.toContain('non_replicated')
    }
  })

  test('on one server a table is plain and remembers its inserts', () => {
    const sql = createTable(table('TagInference'), { database: 'x', cluster: null })
    expect(sql).toContain('ENGINE = ReplacingMergeTree(updated_at, is_deleted)')
    expect(sql).toContain('ORDER BY (key, value, inference_id)')
    expect(sql).toContain('non_replicated_deduplication_window = 1000')
    expect(sql).not.toContain('CLUSTER')
  })

  test('every other statement is for the whole cluster too', () => {
    const [view] = CONTRACT_VIEWS
    const chat = table('ChatInference')
    const [index] = chat.indexes ?? []
    if (view === undefined || index === undefined) throw new Error('There is none.')
    const statements = [
      createView(view, CLUSTER),
      modifyView(view, CLUSTER),
      addColumn(chat, ['x', 'String'], CLUSTER),
      modifyColumn(chat, ['x', 'String'], CLUSTER),
      addIndex(chat, index, CLUSTER),
    ]
    for (const sql of statements) expect(sql).toContain("ON CLUSTER `c'1`")
  })

  test('every view reads and fills a table there is', () => {
    const names = new Set(TABLES.map(({ name }) => name))
    for (const { from, to } of CONTRACT_VIEWS) {
      expect(names).toContain(from)
      expect(names).toContain(to)
    }
  })

  test('a name cannot leave its quotes', () => {
    expect(quoteName('a`b\\c')).toBe('`a\\`b\\\\c`')
  })
})
