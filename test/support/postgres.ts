import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './process.ts'

/** A real PostgreSQL server of a test file's own: Debian's programs, a new directory, its own port. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number
  /** The address of a database on it. */
  url(database?: string): string
  /** A new, empty database; its address. */
  database(): Promise<string>
  /** Runs one statement as the superuser. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>
  /** Asks it to end; clients are cut off. */
  stop(): Promise<void>
  /** Starts it again after `kill` or `stop`, perhaps with other settings. */
  start(settings?: Settings): Promise<void>
  /** Holds all its processes still: connections stay open and nothing is answered. */
  pause(): void
  resume(): void
}

type Settings = Readonly<Record<string, string>>

export const PASSWORD = 'secret'

export async function startPostgres(settings: Settings = {}): Promise<PostgresServer> {
  const bin = programs()
  const folder = mkdtempSync(join(tmpdir(), 'weir-pg-'))
  const data = join(folder, 'data')
  const port = await freePort()
  if (isRoot()) chownSync(folder, ...postgresUser())
  const words = ['-D', data, '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']
  run([join(bin, 'initdb'), ...words, '--auth=trust'])
  let child: ChildProcess
  let paused: number[] = []
  let next = 1
  const url = (database = 'postgres') =>
    `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`
  const query = async (sql: string, database?: string) => {
    const client = new pg.Client({ connectionString: url(database) })
    await client.connect()
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql)
      return rows
    } finally {
      await client.end()
    }
  }
  const start = async (changed: Settings = {}) => {
    const all = { ...USUAL, unix_socket_directories: folder, ...settings, ...changed }
    const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const [program = '', ...rest] = asPostgres([
      join(bin, 'postgres'),
      '-D',
      data,
      '-p',
      `${port}`,
      ...options,
    ])
    child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
    const said: string[] = []
    child.stderr?.on('data', (text: Buffer) => said.push(text.toString()))
    await answering(child, () => query('SELECT 1'), said)
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const resume = () => {
    for (const pid of paused) signalTo(pid, 'SIGCONT')
    paused = []
  }
  await start()
  // Only now may a password be asked for: the superuser gets one first.
  await query(`ALTER USER postgres PASSWORD '${PASSWORD}'`)
  execFileSync('sed', ['-i', 's/trust$/scram-sha-256/', join(data, 'pg_hba.conf')])
  await query('SELECT pg_reload_conf()')
  return {
    port,
    url,
    query,
    async database() {
      const name = `test_${next++}`
      await query(`CREATE DATABASE ${name}`)
      return url(name)
    },
    // Its own processes see that the first one is gone, and end.
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
    start,
    pause() {
      const pid = child.pid ?? 0
      paused = [pid, ...childrenOf(pid)]
      for (const each of paused) signalTo(each, 'SIGSTOP')
    },
    resume,
    async [Symbol.asyncDispose]() {
      resume()
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Quick rather than safe: what a test needs to be safe it sets itself. */
const USUAL: Settings = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '64MB',
  max_connections: '60',
}

/** A missing server fails the tests that need it: they are never passed over. */
function programs(): string {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base)
    ? readdirSync(base).toSorted((a, b) => Number(b) - Number(a))
    : []
  const found = versions.map((version) => join(base, version, 'bin'))[0]
  if (found !== undefined) return found
  throw new Error(
    'PostgreSQL is missing: run `node scripts/setup.mjs --tests` as root, or install `postgresql`.',
  )
}

async function answering(child: ChildProcess, ask: () => Promise<unknown>, said: string[]) {
  const until = Date.now() + 30_000
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended at once:\n${said.join('')}`)
    const answered = await ask().then(
      () => true,
      () => false,
    )
    if (answered) return
    await new Promise((done) => setTimeout(done, 50))
  }
  child.kill('SIGKILL')
  throw new Error(`PostgreSQL did not answer:\n${said.join('')}`)
}

function run(command: readonly string[]): void {
  const [program = '', ...rest] = asPostgres(command)
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** PostgreSQL refuses to run as root. */
function asPostgres(command: readonly string[]): string[] {
  if (!isRoot()) return [...command]
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...command]
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function postgresUser(): [number, number] {
  const [user = 0, group = 0] = ['-u', '-g'].map((kind) =>
    Number(execFileSync('id', [kind, 'postgres']).toString()),
  )
  return [user, group]
}

/** Each of its processes has a group of its own, so they are looked up. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
