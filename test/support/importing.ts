import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Env, readArguments, UsageError } from '../../src/cli/arguments.ts'
import { importRecords } from '../../src/cli/import.ts'
import { StartError } from '../../src/cli/start-error.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { ClickHouseEngine } from '../../src/store/clickhouse/engine.ts'
import type { ClickHouse } from './clickhouse.ts'
import { startGateway } from './gateway.ts'
import type { PostgresServer } from './postgres.ts'
import { PROGRAM } from './process.ts'
import { clickHouseInserts, postgresInserts, tensorZeroRows } from './tensorzero-data.ts'
import { TENSORZERO_TABLES } from './tensorzero-postgres.ts'

/** A new database of TensorZero's; its address. */
export async function filledPostgres(server: PostgresServer, inferences: number): Promise<string> {
  const url = await server.database()
  const database = new URL(url).pathname.slice(1)
  await server.query(TENSORZERO_TABLES, database)
  await server.query(postgresInserts(tensorZeroRows(inferences)), database)
  return url
}

/** TensorZero's own tables are in it, and ours, empty. */
export async function filledClickHouse(
  server: ClickHouse,
  database: string,
  inferences: number,
): Promise<string> {
  const url = server.url(database)
  const maker = new ClickHouseEngine({ url, cluster: null, migrate: true, clock: systemClock })
  await maker.open(AbortSignal.timeout(240_000))
  await maker.close()
  for (const statement of clickHouseInserts(tensorZeroRows(inferences))) {
    await server.query(statement, database)
  }
  return url
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const WORDS = ['--default-config', '--format', 'json']

/** `weir import tensorzero URL`, in this process. */
export async function imported(url: string, dataDir: string, env: Env = {}): Promise<Ended> {
  let out = ''
  let err = ''
  const argv = ['import', 'tensorzero', url, ...WORDS]
  try {
    const whole = await importRecords(readArguments(argv, env), env, {
      dataDir,
      out: (text) => (out += text),
      err: (text) => (err += text),
      watched: false,
    })
    return { code: whole ? 0 : 1, out, err }
  } catch (thrown) {
    const code = thrown instanceof UsageError ? 2 : thrown instanceof StartError ? 1 : null
    return { code, out, err: err + String(thrown) }
  }
}

/** The same in a process of its own, killed a moment after it has begun. */
export async function killed(url: string, dataDir: string, afterMs: number): Promise<void> {
  const words = ['import', 'tensorzero', url, ...WORDS, '--data-dir', dataDir]
  const child = spawn(PROGRAM, words, {
    env: { PATH: process.env['PATH'], HOME: dataDir },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = once(child, 'close')
  await once(child.stderr, 'data')
  await new Promise((resolve) => {
    setTimeout(resolve, afterMs)
  })
  const sent = child.kill('SIGKILL')
  await closed
  if (!sent) throw new Error('It had ended already.')
}

const FUNCTIONS = `
[metrics.good]
type = "boolean"
level = "inference"
optimize = "max"
[metrics.solved]
type = "boolean"
level = "episode"
optimize = "max"
[metrics.stars]
type = "float"
level = "inference"
optimize = "max"
[functions.greet]
type = "chat"
variants.short = { type = "chat_completion", model = "dummy::good" }
[functions.extract]
type = "json"
variants.plain = { type = "chat_completion", model = "dummy::good", json_mode = "off" }
`

export type Json = Record<string, unknown>

/** What a gateway on this data says. */
export async function asked(dataDir: string) {
  const gateway = await startGateway(FUNCTIONS, {}, { stored: true, dataDir })
  const ask = async (path: string, body?: object): Promise<Json> => {
    const headers = { 'content-type': 'application/json' }
    const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : {}
    return (await (await fetch(gateway.url + path, init)).json()) as Json
  }
  const inferences = async (body: object = {}) =>
    (await ask('/v1/inferences/list_inferences', { output_source: 'inference', ...body }))[
      'inferences'
    ] as Json[]
  return { gateway, ask, inferences, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() }
}
