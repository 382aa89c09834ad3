import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClickHouse, startClickHouse } from './clickhouse.ts'

describe('the ClickHouse of the tests', () => {
  let server: ClickHouse
  beforeAll(async () => {
    server = await startClickHouse()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('answers the official client: parameters, types, inserts, errors', async () => {
    const client = createClient({
      url: server.url('default'),
      compression: { request: true, response: true },
    })
    await client.command({ query: 'CREATE DATABASE one' })
    await client.command({
      query:
        'CREATE TABLE one.t (id UUID, n UInt64, m Map(String, String), x Nullable(Float64)) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100',
    })
    const row = {
      id: '019ab1c2-0000-7000-8000-000000000001',
      n: '18446744073709551615',
      m: { "o'x": '\n\t"' },
      x: null,
    }
    for (let time = 0; time < 2; time++) {
      await client.insert({
        table: 'one.t',
        values: [row],
        columns: ['id', 'n', 'm', 'x'],
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: 'once' },
      })
    }
    const found = await client.query({
      query:
        'SELECT * FROM one.t WHERE m[{key: String}] = {value: String} AND id IN {ids: Array(UUID)}',
      query_params: { key: "o'x", value: '\n\t"', ids: [row.id] },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    })
    expect(await found.json()).toEqual([row])
    await expect(client.query({ query: 'SELECT * FROM one.nothing' })).rejects.toMatchObject({
      code: '60',
    })
    await client.close()
  })

  test('keeps what it was told through a crash', async () => {
    await server.query('CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n')
    await server.query('INSERT INTO kept VALUES (1)')
    await server.restart()
    expect(await server.query('SELECT n FROM kept')).toBe('1\n')
  })
})
