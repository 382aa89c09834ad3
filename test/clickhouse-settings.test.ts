import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClickHouse, startClickHouse } from './support/clickhouse.ts'

let server: ClickHouse
beforeAll(async () => {
  server = await startClickHouse()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

interface Element {
  readonly name: string
  readonly path: string
  readonly leaf: boolean
}

/** Every element of an XML file; throws where tags do not close as they opened. */
function elementsIn(file: string): Element[] {
  const xml = readFileSync(join(import.meta.dirname, '../deploy/clickhouse', file), 'utf8')
  const elements: Element[] = []
  const open: { name: string; children: number }[] = []
  for (const [, end, name = '', rest = ''] of xml
    .replaceAll(/<!--[^]*?-->/g, '')
    .matchAll(/<(\/?)([\w:]+)([^>]*)>/g)) {
    if (end === '/') {
      const last = open.pop()
      expect(last?.name).toBe(name)
      const path = open.map((element) => element.name).join('/')
      elements.push({ name, path, leaf: last?.children === 0 })
      continue
    }
    const parent = open.at(-1)
    if (parent) parent.children++
    if (!rest.endsWith('/')) open.push({ name, children: 0 })
  }
  expect(open).toEqual([])
  return elements
}

/** Those that are no settings of that kind. */
async function unknown(names: readonly string[], table: string): Promise<string[]> {
  const text = await server.query(`SELECT name FROM system.${table} FORMAT TSV`)
  const known = new Set(text.trim().split('\n'))
  return names.filter((name) => !known.has(name))
}

test('every setting for a small ClickHouse is one that the server knows', async () => {
  const config = elementsIn('config.xml').filter(({ leaf }) => leaf)
  const ofServer = config.filter(({ path }) => path === 'clickhouse').map(({ name }) => name)
  const ofTables = config.filter(({ path }) => path.endsWith('merge_tree')).map(({ name }) => name)
  const ofUser = elementsIn('users.xml')
    .filter(({ leaf, path }) => leaf && path.endsWith('profiles/weir'))
    .map(({ name }) => name)
  expect(ofServer).toContain('max_server_memory_usage')
  expect(ofTables.length).toBeGreaterThan(0)
  expect(ofUser).toContain('max_memory_usage')
  expect(await unknown(ofServer, 'server_settings')).toEqual([])
  expect(await unknown(ofTables, 'merge_tree_settings')).toEqual([])
  expect(await unknown(ofUser, 'settings')).toEqual([])
})
