import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { InferenceDetail, LiveFrame, LogRow } from '../../src/api/ui/contract.ts'
import { fakeFunction, fakeFunctions } from './fake-functions.ts'
import { fakeDetail, fakeOverview, fakeRow, fakeSetup, indexOf } from './fake-data.ts'

const ASSETS = fileURLToPath(new URL('../../dist/ui/', import.meta.url))

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'"

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

type Answer = unknown

/**
 * Stands in for the gateway: serves the built pages under the real policy, with invented data.
 * A test sets what it needs and sends live frames when it wants them.
 */
export class FakeServer {
  seenFirstRequest = true
  total = 1_000
  /** What the store looks like in the stats of each second. */
  stats: { store: string; configError: string | null } = { store: 'ok', configError: null }
  running: LogRow[] = []
  readonly details = new Map<string, InferenceDetail>()
  readonly rows = new Map<number, LogRow>()
  /** Query → message of a refusal. */
  readonly refused = new Map<string, string>()
  /** Query → how many rows match. */
  readonly matches = new Map<string, number>()
  readonly seen: string[] = []
  readonly watched: string[] = []
  readonly cancelled: string[] = []
  /** Answers nothing at all. */
  isDown = false
  /** Answers, but cannot read its log. */
  isBroken = false
  readonly startedAtMs = Date.now()
  #streams = new Set<ServerResponse>()
  #server: Server
  #ticker: ReturnType<typeof setInterval>

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response)
    })
    this.#ticker = setInterval(() => this.send(this.#statsFrame()), 1_000)
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has one
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  close(): void {
    clearInterval(this.#ticker)
    this.dropStreams()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy()
    this.#streams.clear()
  }

  send(frame: LiveFrame): void {
    for (const stream of this.#streams) writeFrame(stream, frame)
  }

  start(row: LogRow): void {
    this.running = [row, ...this.running]
    this.send({ type: 'start', row })
  }

  end(row: LogRow): void {
    this.running = this.running.filter((one) => one.id !== row.id)
    this.details.set(row.id, fakeDetail(row))
    this.send({ type: 'end', row })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    this.seen.push(`${request.method} ${url.pathname}${url.search}`)
    if (this.isDown) return void request.socket.destroy()
    if (url.pathname.startsWith('/ui')) return sendAsset(url.pathname, response)
    if (url.pathname === '/internal/ui/live') return this.#openStream(url, response)
    if (this.isBroken && url.pathname.endsWith('/logs')) {
      return sendJson(response, 500, problem('the index is damaged'))
    }
    const body = await readBody(request)
    const answer = this.#route(url, body)
    if (answer === undefined) return sendJson(response, 404, problem('There is no such thing.'))
    const refusal = this.refused.get(url.searchParams.get('q') ?? '')
    if (refusal !== undefined) return sendJson(response, 400, problem(refusal))
    sendJson(response, 200, answer)
  }

  #route(url: URL, body: string): Answer {
    const path = url.pathname.replace('/internal/ui', '')
    const [, kind = '', id = '', action] = path.split('/')
    switch (kind) {
      case 'setup':
        return fakeSetup(this.seenFirstRequest)
      case 'overview':
        return fakeOverview(this.startedAtMs)
      case 'logs':
        if (id === 'count') return { count: this.#countOf(url), exact: true }
        return this.#list(url)
      case 'live':
        this.watched.push(body)
        return {}
      case 'functions':
        return id === '' ? fakeFunctions() : fakeFunction(decodeURIComponent(id))
      case 'inferences':
        return this.#inference(id, action)
      case 'openai':
        return this.#demo()
      default:
        return undefined
    }
  }

  #demo(): Answer {
    this.seenFirstRequest = true
    this.start({ ...fakeRow(0, Date.now()), state: 'running', outcome: null })
    return {}
  }

  #countOf(url: URL): number {
    return this.matches.get(url.searchParams.get('q') ?? '') ?? this.total
  }

  #list(url: URL): Answer {
    const limit = Number(url.searchParams.get('limit') ?? 200)
    const from = Number(url.searchParams.get('before') ?? 1)
    const end = Math.min(from + limit, this.#countOf(url) + 1)
    const rows = Array.from({ length: Math.max(0, end - from) }, (_, at) => this.#row(from + at))
    return { rows, next: end > this.#countOf(url) ? null : String(end) }
  }

  #row(index: number): LogRow {
    return this.rows.get(index) ?? fakeRow(index, this.startedAtMs)
  }

  #inference(id: string, action: string | undefined): Answer {
    const index = indexOf(id)
    if (action === 'cancel') {
      this.cancelled.push(id)
      return { cancelled: true }
    }
    if (action === 'neighbours') {
      const newer = index > 1 ? this.#row(index - 1).id : null
      return { newer, older: this.#row(index + 1).id }
    }
    if (this.running.some((row) => row.id === id)) return undefined
    if (this.details.has(id)) return this.details.get(id)
    return index >= 1 && index <= this.total ? fakeDetail(this.#row(index)) : undefined
  }

  #openStream(url: URL, response: ServerResponse): void {
    const refusal = this.refused.get(url.searchParams.get('q') ?? '')
    if (refusal !== undefined) return sendJson(response, 400, problem(refusal))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
    writeFrame(response, { type: 'hello', session: 'session-1', rows: this.running })
    writeFrame(response, this.#statsFrame())
  }

  #statsFrame(): LiveFrame {
    const { store, configError } = this.stats
    return {
      type: 'stats',
      now: new Date().toISOString(),
      in_flight: this.running.length,
      skipped: 0,
      rss_mb: 61.4,
      store: { state: store, message: store === 'ok' ? null : 'the disk is full' },
      config_error: configError,
    }
  }
}

function writeFrame(stream: ServerResponse, frame: LiveFrame): void {
  stream.write(`event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`)
}

function problem(message: string): Answer {
  return { error: { message, code: 'fake' } }
}

function sendJson(response: ServerResponse, status: number, body: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function sendAsset(path: string, response: ServerResponse): Promise<void> {
  const isFile = extname(path) !== ''
  const name = isFile ? path.slice('/ui/'.length) : 'index.html'
  const bytes = await readFile(join(ASSETS, name)).catch(() => null)
  if (bytes === null) return void response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  response.end(bytes)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
