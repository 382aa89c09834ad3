import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { InferenceDetail } from '../src/api/ui/contract.ts'
import { modelToml, startGateway } from './support/gateway.ts'
import { PROGRAM, startWeir } from './support/process.ts'
import {
  completion,
  delta,
  DONE,
  FINISH,
  reply,
  startUpstream,
  streamed,
} from './support/upstream.ts'

const messages = [{ role: 'user', content: 'Hi' }]
const USAGE = { prompt_tokens: 1000, completion_tokens: 100 }
const TZ = 'tensorzero::model_name::m'

const priced = (base: string, extra = '') =>
  `${modelToml([base]).replace('upstream-1', 'gpt-4o-mini')}\n${extra}`

const CONFIGURED = `cost = [
  { pointer = "/usage/prompt_tokens", cost_per_million = 1.0 },
  { pointer = "/usage/completion_tokens", cost_per_million = 2.0 },
]`

/** What our table says of gpt-4o-mini: 0.15 and 0.60 dollars for a million tokens. */
const BY_TABLE = 210_000

test.each([
  ['our table', '', USAGE, { costNano: BY_TABLE, costSource: 'table' }],
  ['the configuration', CONFIGURED, USAGE, { costNano: 1_200_000, costSource: 'config' }],
  ['the provider', '', { ...USAGE, cost: 0.5 }, { costNano: 5e8, costSource: 'reported' }],
  ['nobody', '', { completion_tokens: 1 }, { costNano: null, costSource: null }],
])('a cost told by %s is in the record and in the answer', async (_, toml, usage, cost) => {
  await using upstream = await startUpstream(() => reply(200, completion('Hello', { usage })))
  await using gateway = await startGateway(priced(upstream.base, toml))
  const answer = await (await gateway.chat({ model: TZ, messages })).json()
  const record = await gateway.record()
  expect(record.attempts).toMatchObject([cost])
  expect(record.costNano).toBe(cost.costNano)
  const dollars = cost.costNano === null ? null : cost.costNano / 1e9
  expect(answer).toMatchObject({ usage: { tensorzero_cost: dollars } })
})

test.each([
  ['our table', '', BY_TABLE],
  ['the configuration', CONFIGURED, 1_200_000],
])('a stream’s last chunk tells the cost by %s', async (_, toml, nano) => {
  const usage = `data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n`
  await using upstream = await startUpstream(() =>
    streamed([delta({ content: 'Hello' }), FINISH, usage, DONE]),
  )
  await using gateway = await startGateway(priced(upstream.base, toml))
  const options = { stream: true, stream_options: { include_usage: true } }
  const text = await (await gateway.chat({ model: TZ, messages, ...options })).text()
  expect(text).toContain(`"tensorzero_cost":${nano / 1e9}`)
  expect((await gateway.record()).costNano).toBe(nano)
})

test('what no table knew is priced later from the command line', async () => {
  await using upstream = await startUpstream(() => reply(200, completion('Hello')))
  const env = { WEIR_OPENAI_API_BASE: upstream.base, OPENAI_API_KEY: 'sk-test' }
  await using weir = await startWeir({ env })
  const answer = await fetch(`${weir.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openai::not-in-our-table', messages }),
  })
  const id = answer.headers.get('x-weir-inference-id')
  const costOf = async () => {
    const found = await fetch(`${weir.url}/internal/ui/inferences/${id}`)
    return found.status === 200 ? ((await found.json()) as InferenceDetail).cost : undefined
  }
  await expect.poll(costOf, { timeout: 5000 }).toBeNull()
  const entry = { provider: 'openai', model: '*', from: '2020-01-01', input: 1, output: 2 }
  const file = join(weir.dataDir, 'mine.json')
  writeFileSync(file, JSON.stringify({ entries: [entry] }))
  const weirPrices = (...words: string[]) =>
    execFileSync(PROGRAM, ['prices', ...words, '--data-dir', weir.dataDir], {
      env: { PATH: process.env['PATH'], WEIR_PRICES: file },
      encoding: 'utf8',
    })
  expect(weirPrices('reprice', '--dry-run')).toMatch(/^1 of 1 costs would change: /)
  expect(await costOf()).toBeNull()
  expect(weirPrices('reprice', '--since', '2020-01-01')).toMatch(/^1 of 1 costs changed: /)
  expect(await costOf()).toBe(0.000011)
})
