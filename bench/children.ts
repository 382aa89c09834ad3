/** Processes that a bench starts, and leaves none of. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

/** Longer than any machine takes, however busy: only what does not start at all waits for it. */
const START_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 10_000
const POLL_MS = 4

export class Children {
  readonly #running = new Set<ChildProcess>()

  constructor() {
    process.on('exit', () => this.killAll())
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  }

  /** A server: its stdout and stderr are kept to say why it did not start. */
  async server(command: readonly string[], place: Place): Promise<Server> {
    const startedAt = performance.now()
    const child = this.#spawn(command, place)
    const said: string[] = []
    child.on('error', (error) => said.push(error.message))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        said.push(bytes.toString())
        if (said.length > 100) said.shift()
      })
    }
    while (!(await isUp(place.port, place.statusPath))) {
      if (isOver(child) || performance.now() - startedAt > START_LIMIT_MS) {
        killGroup(child)
        throw new Error(`${command[0]} did not start: ${said.join('').slice(-2000)}`)
      }
      await sleep(POLL_MS)
    }
    return { child, pid: child.pid ?? 0, startMs: performance.now() - startedAt }
  }

  /** A tool of ours that reads and writes JSON lines. */
  tool(file: string, args: readonly string[]): Tool {
    const path = new URL(file, import.meta.url).pathname
    const child = this.#spawn([process.execPath, path, ...args], { env: {} })
    child.stderr?.pipe(process.stderr)
    const { stdin, stdout } = child
    if (stdin === null || stdout === null) throw new Error('A tool has no pipes.')
    const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
    return {
      async read() {
        const line = await lines.next()
        if (line.done === true) throw new Error(`${file} ended.`)
        return JSON.parse(line.value)
      },
      write(message) {
        stdin.write(`${JSON.stringify(message)}\n`)
      },
    }
  }

  killAll(): void {
    for (const child of this.#running) killGroup(child)
  }

  #spawn([command = '', ...args]: readonly string[], { env, cwd }: Surroundings): ChildProcess {
    const child = spawn(command, args, { cwd, env: { ...env, PATH: searchPath() }, detached: true })
    this.#running.add(child)
    child.on('exit', () => this.#running.delete(child))
    child.on('error', () => this.#running.delete(child))
    return child
  }
}

interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Place extends Surroundings {
  readonly port: number
  /** Answers 200 once the server serves. */
  readonly statusPath: string
}

export interface Server {
  readonly child: ChildProcess
  readonly pid: number
  readonly startMs: number
}

export interface Tool {
  read(): Promise<unknown>
  write(message: unknown): void
}

/** As `kill -9` does: at once, with whatever it started. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

/** Ends a server politely, then not. */
export async function stop({ child }: Server): Promise<void> {
  if (isOver(child)) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => killGroup(child), STOP_LIMIT_MS)
  await gone
  clearTimeout(timer)
}

export interface MockServer {
  readonly ports: readonly number[]
  hits(): Promise<number>
}

export async function startMock(children: Children, args: readonly string[]): Promise<MockServer> {
  const { ports } = z
    .object({ ports: z.array(z.int()) })
    .parse(await children.tool('mock.ts', args).read())
  return {
    ports,
    async hits() {
      const { body } = await get(ports[0] ?? 0, '/stats')
      return z.object({ hits: z.int() }).parse(JSON.parse(body)).hits
    },
  }
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return address !== null && typeof address === 'object' ? address.port : 0
}

/** A plain GET on a connection of its own. */
export async function get(port: number, path: string): Promise<{ status: number; body: string }> {
  const request = http.get({ port, path, host: '127.0.0.1', agent: false, timeout: 10_000 })
  request.on('timeout', () => request.destroy(new Error(`GET ${path} took too long.`)))
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  request.on('response', resolve).on('error', reject)
  const response = await promise
  const body = await response.setEncoding('utf8').toArray()
  return { status: response.statusCode ?? 0, body: body.join('') }
}

/** Ended, or never begun. */
function isOver({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

async function isUp(port: number, path: string): Promise<boolean> {
  try {
    return (await get(port, path)).status === 200
  } catch {
    return false
  }
}

/** Our own Node first: contenders are compared on one runtime. */
function searchPath(): string {
  return `${process.execPath.replace(/\/[^/]*$/, '')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
}
