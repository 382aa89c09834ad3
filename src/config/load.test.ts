import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inspect } from 'node:util'
import type { Credential } from './config.ts'
import { acme, complaints, loadTexts } from './fakes.ts'
import type { LoadOptions } from './load.ts'
import { ConfigError } from './problems.ts'

const provider = (keys: string) => `[models.m]
routing = ["p"]
[models.m.providers.p]
type = "acme"
model_name = "x"
${keys}`

async function targetOf(text: string, options: Partial<LoadOptions> = {}) {
  const { config } = await loadTexts({ 'weir.toml': text }, options)
  const [target] = config.model('m')?.targets ?? []
  if (target === undefined) throw new Error('There is no target.')
  return target
}

const revealed = (credential: Credential) =>
  credential.type === 'secret' ? credential.secret.reveal() : credential

test('F006 no file at all is a good configuration', async () => {
  const { config, warnings } = await loadTexts({})
  expect(warnings).toEqual([])
  expect(config.files).toEqual([])
  expect(config.modelNames).toEqual([])
  expect(config.gateway).toEqual({
    bindAddress: null,
    basePath: '',
    debug: false,
    unstableErrorJson: false,
    globalTimeoutMs: 900_000,
    maxRequestBytes: 104_857_600,
    durability: 'async',
    observabilityEnabled: true,
    observabilityDemanded: false,
    observabilityBackend: 'auto',
    batchWrites: null,
    clickHouseMigrations: true,
    infersEpisodes: true,
    retention: {
      maxDays: null,
      maxBytes: undefined,
      postgresDays: null,
      postgresTextDays: null,
    },
    doneAfterError: false,
    onClientDisconnect: 'cancel',
    fetchFiles: false,
    fetchFilesFrom: [],
    feedbackUnchecked: false,
  })
})

test('F035 F036 F037 every key of a model and its provider arrives', async () => {
  const { config } = await loadTexts({
    'weir.toml': `[models.m]
routing = ["p"]
timeouts = { non_streaming.total_ms = 1, streaming = { ttft_ms = 2, total_ms = 3, idle_ms = 4 } }
retries = { num_retries = 2, max_delay_s = 0.5 }
[models.m.providers.p]
type = "nearby"
model_name = "x"
format = "fancy"
api_base = "http://localhost:1/v1//"
timeouts.streaming.idle_ms = 5
extra_body = [{ pointer = "/a/-", value = { b = [1] } }, { pointer = "/c", delete = true }]
extra_headers = [{ name = "X-A", value = "1" }, { name = "X-B", delete = true }]
cost = [
  { pointer = "/usage/a", cost_per_million = 0.15 },
  { pointer_nonstreaming = "/b", pointer_streaming = "/c", cost_per_unit = 0.1, required = true },
]`,
  })
  const model = config.model('m')
  expect(model).toMatchObject({
    name: 'm',
    timeouts: { totalMs: 1, ttftMs: 2, streamTotalMs: 3, idleMs: 4 },
    retries: { numRetries: 2, maxDelayMs: 500 },
  })
  expect(model?.targets).toMatchObject([
    {
      name: 'p',
      model: 'm',
      upstreamModel: 'x',
      apiBase: 'http://localhost:1/v1/',
      credential: { type: 'none' },
      timeouts: { totalMs: null, ttftMs: null, streamTotalMs: null, idleMs: 5 },
      extraBody: [
        { pointer: '/a/-', value: { b: [1] } },
        { pointer: '/c', delete: true },
      ],
      extraHeaders: [
        { name: 'X-A', value: '1' },
        { name: 'X-B', delete: true },
      ],
      cost: [
        { pointerNonStreaming: '/usage/a', pointerStreaming: '/usage/a', nanoPerUnit: 150 },
        { pointerNonStreaming: '/b', pointerStreaming: '/c', nanoPerUnit: 1e8, required: true },
      ],
      options: { model_name: 'x', format: 'fancy' },
    },
  ])
})

test.each([
  ['"env::A"', 'a'],
  ['"path::/key"', 'from /key'],
  ['"path_from_env::FILE"', 'from /key'],
  ['"none"', { type: 'none' }],
  ['"dynamic::mine"', { type: 'dynamic', key: 'mine' }],
  ['{ default = "env::A", fallback = "env::ABSENT" }', 'a'],
  ['{ default = "env::ABSENT", fallback = "env::A" }', 'a'],
])('the location %s gives %j', async (location, expected) => {
  const text = provider(`api_key_location = ${location}`)
  const { credential } = await targetOf(text, {
    env: { A: ' a ', FILE: '/key' },
    readFile: async (path) => (path.endsWith('weir.toml') ? text : `from ${path}\n`),
  })
  expect(revealed(credential)).toEqual(expected)
})

test('F040 F041 a dynamic key with a fallback is decided at the request', async () => {
  const location = '{ default = "dynamic::mine", fallback = "env::ACME_API_KEY" }'
  const { credential } = await targetOf(provider(`api_key_location = ${location}`))
  expect(credential).toMatchObject({
    type: 'either',
    first: { type: 'dynamic', key: 'mine' },
    fallback: { type: 'secret' },
  })
})

test('no key can be printed by accident', async () => {
  const { config } = await loadTexts({ 'weir.toml': provider('') })
  const target = config.model('m')?.targets[0]
  expect(inspect(target, { depth: 9 }) + JSON.stringify(target)).not.toContain('acme-key')
})

test('F039 key and address come from the provider, then the environment, its type, and itself', async () => {
  const own = provider('api_base = "http://own"\napi_key_location = "env::OWN"')
  const typed = `[provider_types.acme]
api_base = "http://typed"
defaults.api_key_location = "env::TYPED"
`
  const env = { OWN: 'own', TYPED: 'typed', ACME_API_KEY: 'builtin' }
  const withBase = { ...env, WEIR_ACME_API_BASE: 'https://from.env/v2' }
  const found = await Promise.all([
    targetOf(typed + own, { env: withBase }),
    targetOf(typed + provider(''), { env: withBase }),
    targetOf(typed + provider(''), { env }),
    targetOf(provider(''), { env }),
    targetOf(provider(''), { env: { ...env, WEIR_ACME_API_BASE: '' } }),
  ])
  expect(found.map(({ apiBase, credential }) => [apiBase, revealed(credential)])).toEqual([
    ['http://own/', 'own'],
    ['https://from.env/v2/', 'typed'],
    ['http://typed/', 'typed'],
    ['https://api.acme.test/v1/', 'builtin'],
    ['https://api.acme.test/v1/', 'builtin'],
  ])
})

test('an address in the environment is checked', async () => {
  expect(await complaints('', { env: { WEIR_ACME_API_BASE: 'nowhere' } })).toBe(
    'error the environment variable WEIR_ACME_API_BASE must be an http:// or https:// address',
  )
})

test('F160 a short name needs no configuration, and a key only when it is used', async () => {
  const { config } = await loadTexts({}, { env: {} })
  const model = config.model('acme::maker/large:free')
  expect(model?.targets).toMatchObject([
    {
      name: 'acme',
      model: 'acme::maker/large:free',
      provider: acme,
      upstreamModel: 'maker/large:free',
      apiBase: 'https://api.acme.test/v1/',
      credential: { type: 'missing', location: 'env::ACME_API_KEY' },
    },
  ])
  expect(config.model('acme::maker/large:free')).toBe(model)
  expect(config.model('stage::x')?.targets[0]?.apiBase).toBe('')
})

test.each(['', 'm', 'acme', 'acme::', '::x', 'nearby::x', 'other::x', 'toString'])(
  'there is no model of the name %j',
  async (name) => {
    const { config } = await loadTexts({})
    expect(config.model(name)).toBeUndefined()
  },
)

test('there is an end to how many short names are kept, and the used ones stay', async () => {
  const { config } = await loadTexts({})
  const first = config.model('acme::first')
  const second = config.model('acme::second')
  for (let count = 0; count < 999; count++) {
    config.model(`acme::${count}`)
    config.model('acme::first')
  }
  expect(config.model('acme::first')).toBe(first)
  expect(config.model('acme::second')).not.toBe(second)
})

test('a configuration is frozen', async () => {
  const { config } = await loadTexts({
    'weir.toml': provider('extra_body = [{ pointer = "/a", value = { b = 1 } }]'),
  })
  const [target] = config.model('m')?.targets ?? []
  const value = target?.extraBody[0]
  const parts = [config, config.gateway, config.model('m'), target, target?.options, value]
  expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
})

test('the order of files and keys makes no difference', async () => {
  const lines = ['gateway.debug = true', 'gateway.base_path = "/a/"', 'models.m.routing = ["p"]']
  const rest = ['models.m.providers.p.type = "stage"', 'models.m.providers.p.model_name = "x"']
  const all = [...lines, ...rest]
  const { config: expected } = await loadTexts({ 'weir.toml': all.join('\n') })
  const order = fc.shuffledSubarray(all, { minLength: all.length })
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 0, max: all.length }), async (shuffled, cut) => {
      const { config } = await loadTexts({
        'a.toml': shuffled.slice(0, cut).join('\n'),
        'b.toml': shuffled.slice(cut).join('\n'),
      })
      expect(config.hash).toBe(expected.hash)
      expect(config.gateway).toEqual(expected.gateway)
      expect(config.model('m')).toEqual(expected.model('m'))
    }),
    { numRuns: 50 },
  )
})

const key = fc.constantFrom('gateway', 'models', 'providers', 'p', 'm', 'type', 'routing', 'cost')
const path = fc.array(
  fc.oneof(
    key,
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  ),
  {
    minLength: 1,
    maxLength: 5,
  },
)
const value = fc.constantFrom(
  '1',
  '"p"',
  '["p"]',
  'true',
  '{ type = "acme" }',
  '[{ a = 1 }]',
  'nan',
)
const line = fc.oneof(
  fc.tuple(path, value).map(([keys, written]) => `${keys.join('.')} = ${written}`),
  path.map((keys) => `[${keys.join('.')}]`),
  path.map((keys) => `[[${keys.join('.')}]]`),
  fc.string(),
)

test('no text does worse than a ConfigError', async () => {
  const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'))
  await fc.assert(
    fc.asyncProperty(text, async (random) => {
      const result = await loadTexts({ 'weir.toml': random }).catch((thrown: unknown) => thrown)
      expect(result instanceof Error).toBe(result instanceof ConfigError)
    }),
    { numRuns: 300 },
  )
})
