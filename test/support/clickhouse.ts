import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Counts, Order } from './clickhouse-server/server.ts'

/**
 * ClickHouse's real engine in a process of its own, behind an HTTP interface that its official
 * client speaks to. It takes 400 MB: one for a test file, and a database for each test.
 */
export interface ClickHouse extends AsyncDisposable {
  readonly port: number
  /** With the user and password it wants. */
  url(database: string): string
  /** Since it was started last. */
  counts(): Promise<Counts>
  /** Carries the next inserts out, but cuts their connections before it answers. */
  cutInserts(count: number): Promise<void>
  /** Every query takes so much longer. */
  delay(ms: number): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again on its data, at the same port. */
  restart(): Promise<void>
  /** It keeps its connections and says nothing more. */
  pause(): void
  resume(): void
  /** Runs one statement, as an operator would. */
  query(sql: string, database?: string): Promise<string>
}

const USER = 'weir'
const PASSWORD = "p'ss:wörd"

export async function startClickHouse(
  options: { readonly maxConcurrentQueries?: number } = {},
): Promise<ClickHouse> {
  const path = mkdtempSync(join(tmpdir(), 'weir-clickhouse-'))
  const start = (port: number) =>
    launch({
      path: join(path, 'data'),
      port,
      user: USER,
      password: PASSWORD,
      maxConcurrentQueries: options.maxConcurrentQueries ?? 100,
    })
  let { child, port } = await start(0)
  const counts = (order: Order) => ask(child, order)
  const address = (database: string) =>
    `http://127.0.0.1:${port}/?database=${encodeURIComponent(database)}`
  return {
    port,
    url: (database) =>
      `http://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    counts: () => counts({ kind: 'counts' }),
    cutInserts: async (count) => void (await counts({ kind: 'cut_inserts', count })),
    delay: async (ms) => void (await counts({ kind: 'delay', ms })),
    kill: () => end(child),
    restart: async () => {
      await end(child)
      ;({ child, port } = await start(port))
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    query: async (sql, database = 'default') => {
      const response = await fetch(address(database), {
        method: 'POST',
        body: sql,
        headers: {
          authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`,
        },
      })
      const text = await response.text()
      if (!response.ok) throw new Error(text)
      return text
    },
    async [Symbol.asyncDispose]() {
      await end(child)
      rmSync(path, { recursive: true, force: true })
    },
  }
}

async function launch(options: object): Promise<{ child: ChildProcess; port: number }> {
  const file = join(import.meta.dirname, 'clickhouse-server/server.ts')
  const child = fork(file, [JSON.stringify(options)], { execArgv: [] })
  const [message] = (await once(child, 'message')) as [{ port: number }]
  return { child, port: message.port }
}

async function ask(child: ChildProcess, order: Order): Promise<Counts> {
  const answered = once(child, 'message') as Promise<[{ counts: Counts }]>
  child.send(order)
  const [{ counts }] = await answered
  return counts
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
