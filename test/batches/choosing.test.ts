import { expect, test, vi } from 'vitest'
import { startOpenaiBatches } from '../support/batch-upstream.ts'
import {
  begin,
  echo,
  HAIKU,
  inferencesOf,
  openaiModel,
  poll,
  stored,
  texts,
} from '../support/batches.ts'
import { startGateway } from '../support/gateway.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

test('F179 the first provider that takes it has it, by keys of the request', async () => {
  await using fake = await startOpenaiBatches()
  const toml = `[models.m]
    routing = ["none", "away", "there"]
    [models.m.providers.none]
    type = "dummy"
    model_name = "good"
    [models.m.providers.away]
    type = "openai"
    model_name = "x"
    api_base = "http://127.0.0.1:1/v1/"
    api_key_location = "none"
    [models.m.providers.there]
    type = "openai"
    model_name = "x"
    api_base = "${fake.base}"
    api_key_location = { default = "dynamic::mine", fallback = "env::KEPT" }
    extra_headers = [{ name = "x-own", value = "yes" }]
    ${HAIKU}`
  await using gateway = await startGateway(toml, { KEPT: 'kept' }, stored)
  const begun = await begin(gateway, {
    function_name: 'haiku',
    inputs: texts('one'),
    credentials: { mine: 'secret' },
  })
  expect(begun.status).toBe(200)
  for (const call of fake.upstream.requests) {
    expect(call.headers).toMatchObject({ authorization: 'Bearer secret', 'x-own': 'yes' })
  }
  await poll(gateway, begun)
  expect(fake.calls('GET').at(-1)?.headers['authorization']).toBe('Bearer kept')
  const kept = await gateway.engine.stored?.reads.documents('batch', { limit: 9 })
  expect(JSON.stringify(kept)).not.toContain('secret')
})

test('F240 where a variant cannot have it, another one does', async () => {
  await using fake = await startOpenaiBatches()
  const toml = `${openaiModel('m', fake.base)}
    [functions.f]
    type = "chat"
    [functions.f.variants.a]
    type = "chat_completion"
    model = "dummy::good"
    weight = 1
    [functions.f.variants.b]
    type = "chat_completion"
    model = "m"
    weight = 0.0001`
  await using gateway = await startGateway(toml, {}, stored)
  const begun = await begin(gateway, { function_name: 'f', inputs: texts('one') })
  expect(begun.status).toBe(200)
  fake.state = 'completed'
  fake.answer = echo
  const [inference] = inferencesOf(await poll(gateway, begun))
  expect(inference?.['variant_name']).toBe('b')
})
