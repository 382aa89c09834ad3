import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { GatewayError } from '../../src/domain/errors.ts'
import { startOpenaiBatches } from '../support/batch-upstream.ts'
import {
  type Answered,
  begin,
  echo,
  HAIKU,
  idsOf,
  inferencesOf,
  isReady,
  openaiModel,
  poll,
  stored,
  texts,
} from '../support/batches.ts'
import { startGateway } from '../support/gateway.ts'
import { startPostgres } from '../support/postgres.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 180_000 })

const folder = mkdtempSync(join(tmpdir(), 'weir-batches-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('F240 two who ask at once have its answers recorded once', async () => {
  await using fake = await startOpenaiBatches()
  await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
  const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one', 'two') })
  fake.state = 'completed'
  fake.answer = echo
  const all = await Promise.all([1, 2, 3, 4].map(() => poll(gateway, begun)))
  expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(all.filter(({ json }) => json['status'] === 'completed').length).toBeGreaterThan(0)
  expect(gateway.records).toHaveLength(2)
  expect((await poll(gateway, begun)).json['status']).toBe('completed')
  expect(gateway.records).toHaveLength(2)
})

test('F240 a batch outlives its gateway', async () => {
  await using fake = await startOpenaiBatches()
  const toml = openaiModel('m', fake.base) + HAIKU
  const options = { ...stored, dataDir: join(folder, 'kept') }
  // More than one piece.
  const inputs = texts(...Array.from({ length: 120 }, (_, index) => `number ${index}`))
  let begun: Answered
  {
    await using gateway = await startGateway(toml, {}, options)
    begun = await begin(gateway, { function_name: 'haiku', inputs })
  }
  fake.state = 'completed'
  fake.answer = echo
  await using gateway = await startGateway(toml, {}, options)
  const answers = inferencesOf(await poll(gateway, begun))
  expect(answers.map(({ inference_id: id }) => id)).toEqual(idsOf(begun))
  expect(answers[119]?.['content']).toEqual([{ type: 'text', text: 're: number 119' }])
  const { reads } = gateway.engine.stored ?? {}
  expect(await reads?.documents('batch_piece', { limit: 1 })).toEqual([])
  expect(await reads?.documents('batch_turn', { limit: 1 })).toEqual([])
})

test('F240 what is handed in is kept, though the store says no a few times', async () => {
  await using fake = await startOpenaiBatches()
  await using gateway = await startGateway(openaiModel('m', fake.base) + HAIKU, {}, stored)
  const real = gateway.engine.stored
  if (!real) throw new Error('It has a store.')
  let refused = 0
  const change: typeof real.change = (wanted) => {
    const isBatch = wanted.kind === 'put' && wanted.collection === 'batch'
    if (!isBatch || ++refused > 2) return real.change(wanted)
    return Promise.reject(new GatewayError('overloaded', 'Not now.'))
  }
  Object.assign(gateway.engine, { stored: { ...real, change } })
  const begun = await begin(gateway, { function_name: 'haiku', inputs: texts('one') })
  expect(begun.status).toBe(200)
  expect(fake.calls('POST /v1/batches')).toHaveLength(1)
  expect((await poll(gateway, begun)).json).toEqual({ status: 'pending' })
})

test('F240 of two gateways on one database one records the answers', async () => {
  await using fake = await startOpenaiBatches()
  await using server = await startPostgres()
  const toml = openaiModel('m', fake.base) + HAIKU
  const env = { WEIR_POSTGRES_URL: await server.database() }
  await using one = await startGateway(toml, env, stored)
  await using other = await startGateway(toml, env, stored)
  await Promise.all([one, other].map(isReady))
  const begun = await begin(one, { function_name: 'haiku', inputs: texts('one', 'two') })
  expect(begun).toEqual({ status: 200, json: expect.anything() })
  expect((await poll(other, begun)).json).toEqual({ status: 'pending' })
  fake.state = 'completed'
  fake.answer = echo
  await Promise.all([one, other, one, other].map((gateway) => poll(gateway, begun)))
  const done = await poll(other, begun)
  expect(inferencesOf(done).map(({ inference_id: id }) => id)).toEqual(idsOf(begun))
  expect(await poll(one, begun)).toEqual(done)
  expect(one.records.length + other.records.length).toBe(2)
})
