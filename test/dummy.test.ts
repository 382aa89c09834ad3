import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { providers } from '../src/providers/index.ts'
import { startWeir } from './support/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-dummy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CONFIG = `
[models.mine]
routing = ["d"]
[models.mine.providers.d]
type = "dummy"
model_name = "greeter"
scenario = "answers.toml"
`
const SCENARIO = `
[models.greeter]
sequence = [
  { http = { status = 503, message = "not yet" } },
  { text = "from the scenario" },
]
`

test('a scenario file beside the configuration says what a dummy model answers, call by call', async () => {
  writeFileSync(join(folder, 'weir.toml'), CONFIG)
  writeFileSync(join(folder, 'answers.toml'), SCENARIO)
  await using weir = await startWeir({ args: ['--config-file', join(folder, 'weir.toml')] })
  const ask = () =>
    fetch(`${weir.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mine', messages: [{ role: 'user', content: 'hi' }] }),
    })
  const first = await ask()
  expect(first.status).toBe(503)
  expect(await first.text()).toContain('not yet')
  expect(await (await ask()).text()).toContain('from the scenario')
})

test('a scenario with a mistake is an error at its place in the configuration', async () => {
  writeFileSync(join(folder, 'weir.toml'), CONFIG)
  writeFileSync(join(folder, 'answers.toml'), SCENARIO.replace('text =', 'txet ='))
  const loading = loadConfig({ sources: [join(folder, 'weir.toml')], env: {}, providers })
  await expect(loading).rejects.toThrow(/answers\.toml: models\.greeter/)
})
