import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { SqliteEngine } from '../src/store/sqlite/engine.ts'
import { PROGRAM, startWeir } from './support/process.ts'
import { completion, reply, startUpstream } from './support/upstream.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-words-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs it to its end. */
async function run(...words: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOME: folder }
  try {
    const { stdout, stderr } = await promisify(execFile)(PROGRAM, words, { env, cwd: folder })
    return { code: 0, stdout, stderr }
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as Ended
    return { code, stdout, stderr }
  }
}

test('F009 `--validate-and-exit` reads everything, says what is wrong, and ends', async () => {
  write('template.minijinja', 'Be {{ manner }}.')
  const variant = 'type = "chat_completion"\nmodel = "dummy::good"\ntemplates.system.path ='
  const functions = '[functions.f]\ntype = "chat"\n[functions.f.variants.v]\n'
  const good = write('good.toml', `${functions}${variant} "template.minijinja"\n`)
  const bad = write('bad.toml', `${functions}${variant} "gone.minijinja"\n`)
  expect(await run('--config-file', good, '--validate-and-exit')).toMatchObject({ code: 0 })
  const refused = await run('--config-file', bad, '--validate-and-exit')
  expect(refused.code).toBe(3)
  expect(refused.stderr).toContain('gone.minijinja')
})

test('F048 the bind address may not stand in the file and on the command line', async () => {
  const file = write('bind.toml', 'gateway.bind_address = "127.0.0.1:0"\n')
  const words = ['--config-file', file, '--data-dir', join(folder, 'bind')]
  const refused = await run(...words, '--bind-address', '127.0.0.1:0')
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('bind address stands in the configuration and on the command')
})

const observability = (setting: string) => `gateway.observability.${setting}\n`
/** A file in the place of the data directory: nothing can be recorded. */
const nowhere = write('nowhere', '')

test('F051 without a word on observability it serves even where nothing can be recorded', async () => {
  const file = write('tried.toml', '')
  await using weir = await startWeir({ args: ['--config-file', file], dataDir: nowhere })
  const health = await fetch(`${weir.url}/health`)
  expect(await health.json()).toMatchObject({ gateway: 'ok', store: 'failed' })
})

test('F051 observability that is demanded ends the start where nothing can be recorded', async () => {
  const file = write('demanded.toml', observability('enabled = true'))
  const refused = await run('--config-file', file, '--data-dir', nowhere)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(nowhere)
  const server = write('server.toml', observability('backend = "postgres"'))
  const unnamed = await run('--config-file', server, '--data-dir', join(folder, 'demanded'))
  expect(unnamed.code).toBe(1)
  expect(unnamed.stderr).toContain('WEIR_POSTGRES_URL')
})

test('F051 observability that is switched off records nothing and takes no feedback', async () => {
  const file = write('off.toml', observability('enabled = false'))
  await using weir = await startWeir({ args: ['--config-file', file] })
  const post = (path: string, body: object) =>
    fetch(weir.url + path, { method: 'POST', body: JSON.stringify(body) })
  const messages = [{ role: 'user', content: 'Hi' }]
  const answered = await post('/inference', { model_name: 'dummy::good', input: { messages } })
  expect(answered.status).toBe(200)
  const { inference_id: id } = (await answered.json()) as { inference_id: string }
  const given = await post('/feedback', { inference_id: id, metric_name: 'comment', value: 'x' })
  expect(given.status).toBe(400)
  expect((await fetch(`${weir.url}/internal/ui/inferences/${id}`)).status).toBe(404)
})

test('what cannot be read or written is named in one line', async () => {
  const words = write('words.db', 'These are words.')
  const restored = await run('restore', words, '--data-dir', join(folder, 'new'))
  expect(restored).toMatchObject({ code: 1, stderr: `${words}: file is not a database\n` })
  const dataDir = join(folder, 'kept')
  new SqliteEngine(dataDir).close(true)
  const exported = await run('export', '--output', folder, '--data-dir', dataDir)
  expect(exported.code).toBe(1)
  expect(exported.stderr).toMatch(/^E\w+: .*\n$/)
  expect(exported.stderr).toContain(folder)
})

/** Says to whom anything is sent, in every thread. */
const WATCH = `
import dgram from 'node:dgram'
import net from 'node:net'
import { writeSync } from 'node:fs'
const tell = (to) => writeSync(2, 'SENT ' + to + '\\n')
const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...words) {
  const [first] = words.flat()
  tell(typeof first === 'object' ? (first.path ?? first.port) : first)
  return connect.apply(this, words)
}
const { send } = dgram.Socket.prototype
dgram.Socket.prototype.send = function (...words) {
  tell('datagram')
  return send.apply(this, words)
}
`

test('F264 nothing is reported to anyone: only the providers hear of it', async () => {
  await using upstream = await startUpstream(() => reply(200, completion('Hello')))
  const watch = write('watch.mjs', WATCH)
  const file = write(
    'reports.toml',
    `[models.m]\nrouting = ["p"]\nproviders.p = { type = "openai", model_name = "x", api_base = "${upstream.base}", api_key_location = "none" }\n`,
  )
  const env = { NODE_OPTIONS: `--import=${watch}` }
  await using weir = await startWeir({ args: ['--config-file', file], env })
  const post = async (path: string, body: object) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(weir.url + path, {
      headers: { 'content-type': 'application/json' },
      ...init,
    })
    expect(response.status).toBe(200)
    return (await response.json()) as Record<string, unknown>
  }
  const messages = [{ role: 'user', content: 'Hi' }]
  await post('/openai/v1/chat/completions', { model: 'm', messages })
  const { inference_id: id } = await post('/inference', { model_name: 'm', input: { messages } })
  await post('/feedback', { inference_id: id, metric_name: 'comment', value: 'well' })
  expect((await fetch(weir.url)).status).toBe(200)
  await weir.stop('SIGTERM')
  const sent = new Set([...weir.output().matchAll(/SENT (.*)/g)].map(([, to]) => to))
  expect([...sent]).toEqual([String(upstream.port)])
})
