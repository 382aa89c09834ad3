import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { startGateway } from '../support/gateway.ts'
import { say } from '../support/native.ts'
import { within } from '../support/waiting.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-gone-'))
const scenario = join(folder, 'scenario.json')
const slow = { parts: ['One ', { text: 'two.', after_ms: 300 }], first_ms: 100 }
writeFileSync(scenario, JSON.stringify({ models: { slow } }))
const toml = (gone: string) => `
gateway.on_client_disconnect = "${gone}"
[models.slow]
routing = ["p"]
providers.p = { type = "dummy", model_name = "slow", scenario = ${JSON.stringify(scenario)} }
`
const drains = await startGateway(toml('drain'), {}, { stored: true })
const cancels = await startGateway(toml('cancel'), {}, { stored: true })
afterAll(async () => {
  await drains[Symbol.asyncDispose]()
  await cancels[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Asks, and leaves when the first byte has come, or before. */
async function leave(url: string, stream: boolean): Promise<void> {
  const leaving = new AbortController()
  const body = JSON.stringify({ model_name: 'slow', input: say(), stream })
  const asked = fetch(`${url}/inference`, { method: 'POST', body, signal: leaving.signal })
  if (stream) await (await asked).body?.getReader().read()
  else await new Promise((resolve) => setTimeout(resolve, 50))
  leaving.abort()
  await asked.catch(() => {})
}

async function stored(url: string): Promise<JsonObject[]> {
  const body = JSON.stringify({ output_source: 'inference' })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/inferences/list_inferences`, {
    method: 'POST',
    headers,
    body,
  })
  return ((await response.json()) as { inferences: JsonObject[] }).inferences
}

test.each([false, true])(
  'F087 the inference of a client that left is stored whole, where the gateway is to finish it (streamed: %s)',
  async (stream) => {
    const { length } = await stored(drains.url)
    await leave(drains.url, stream)
    const [newest] = await within(30_000, async () => {
      const found = await stored(drains.url)
      return found.length > length && found
    })
    expect(newest).toMatchObject({ output: [{ type: 'text', text: 'One two.' }] })
  },
)

test('F087 where it is to stop, the log says that the client left', async () => {
  await leave(cancels.url, true)
  const record = await cancels.record()
  expect(record).toMatchObject({ outcome: 'client_gone', status: 499 })
  const reads = cancels.engine.stored?.reads
  await within(30_000, async () => (await reads?.get(record.id))?.outcome === 'client_gone')
})
