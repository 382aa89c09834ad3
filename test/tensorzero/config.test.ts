import { afterAll, expect, test } from 'vitest'
import { startDatasets } from '../support/datasets.ts'
import { keepInUse, readSnapshot } from '../../src/ops/config-snapshots.ts'

const { gateway, call, close } = await startDatasets()
afterAll(close)

const config = gateway.engine.config()
const stored = gateway.engine.stored
if (!stored) throw new Error('This gateway has a store.')

test('F318 tells the configuration in use, by itself and by its hash', async () => {
  const { json } = await call('GET', '/internal/config')
  expect(json).toEqual({
    config: config.tables,
    hash: config.hash,
    extra_templates: {},
    tags: {},
  })
  expect((await call('GET', `/internal/config/${config.hash}`)).json).toEqual(json)
})

test('F248 a configuration is kept once, with when it was used first and last', async () => {
  await keepInUse(stored, config, 1000)
  await keepInUse(stored, config, 2000)
  expect(await readSnapshot(stored, config.hash)).toEqual({
    hash: config.hash,
    config: config.tables,
    extraTemplates: {},
    tags: {},
    createdAt: 1000,
    lastUsed: 2000,
  })
})

test('F318 keeps a configuration, and joins its tags', async () => {
  const given = { config: { functions: { f: { type: 'chat' } } }, tags: { a: '1', b: '1' } }
  const { json } = await call('POST', '/internal/config', given)
  expect(json).toEqual({ hash: expect.stringMatching(/^\d+$/) })
  await call('POST', '/internal/config', { ...given, tags: { b: '2' } })
  const path = `/internal/config/${String(json['hash'])}`
  expect((await call('GET', path)).json).toEqual({
    ...given,
    hash: json['hash'],
    extra_templates: {},
    tags: { a: '1', b: '2' },
  })
  expect(await call('GET', '/internal/config/123')).toEqual({
    status: 404,
    json: { error: 'Config snapshot not found for hash: 123' },
  })
})

test.each([
  [
    'an unknown model',
    {
      functions: { f: { type: 'chat', variants: { a: { type: 'chat_completion', model: 'no' } } } },
    },
    /Model name 'no' not found/,
  ],
  ['an unknown tool', { functions: { f: { type: 'chat', tools: ['no'] } } }, /tool/],
  [
    'a reserved name',
    { metrics: { comment: { type: 'boolean', optimize: 'max', level: 'inference' } } },
    /comment/,
  ],
  [
    'the path of a file of ours',
    {
      functions: {
        f: {
          type: 'chat',
          variants: {
            a: { type: 'chat_completion', model: 'dummy::good', system_template: '/etc/passwd' },
          },
        },
      },
    },
    /only its text can stand here/,
  ],
])('F318 keeps no configuration with %s', async (_, wrong, message) => {
  expect(await call('POST', '/internal/config', { config: wrong })).toEqual({
    status: 400,
    json: { error: expect.stringMatching(message) },
  })
})
