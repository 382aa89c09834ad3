import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type Answer, Engine } from './engine.ts'
import { credentialsOf, header, readQuery } from './read-request.ts'

/**
 * A process that speaks ClickHouse's HTTP interface with ClickHouse's own engine behind it:
 * `node server.ts '{"path": …, "port": …}'`. It says its port to the parent, and on every message
 * how many queries ran at once at most.
 */
interface Options {
  readonly path: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** As the real server's setting: more queries at once are refused. */
  readonly maxConcurrentQueries: number
}

/** What the parent may ask for. */
export type Order =
  | { readonly kind: 'counts' }
  /** The next so many inserts are carried out, and their connections cut before the answer. */
  | { readonly kind: 'cut_inserts'; readonly count: number }
  /** Every query takes so much longer. */
  | { readonly kind: 'delay'; readonly ms: number }

export interface Counts {
  /** The most queries that ran at once. */
  readonly peak: number
  readonly queries: number
  readonly refused: number
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the harness writes these
const options = JSON.parse(process.argv[2] ?? '') as Options
const engine = new Engine(options.path)
let running = 0
let counts: Counts = { peak: 0, queries: 0, refused: 0 }
let cuts = 0
let delayMs = 0

const server = createServer((request, response) => {
  void serve(request, response)
})
server.keepAliveTimeout = 10_000
server.listen(options.port, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  if (order.kind === 'cut_inserts') cuts = order.count
  if (order.kind === 'delay') delayMs = order.ms
  process.send?.({ counts })
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://server')
  if (url.pathname === '/ping') {
    response.end('Ok.\n')
    return
  }
  running++
  counts = {
    ...counts,
    queries: counts.queries + 1,
    peak: Math.max(counts.peak, running),
  }
  try {
    await perform(request, response, url)
  } catch (thrown) {
    fail(response, thrown instanceof Error ? thrown.message : String(thrown))
  } finally {
    running--
  }
}

async function perform(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const query = await readQuery(request, url)
  const { user, password } = credentialsOf(request)
  if (user !== options.user || password !== options.password) {
    throw new Error(
      `Code: 516. DB::Exception: ${user}: Authentication failed. (AUTHENTICATION_FAILED)`,
    )
  }
  if (running > options.maxConcurrentQueries) {
    counts = { ...counts, refused: counts.refused + 1 }
    throw new Error(
      'Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)',
    )
  }
  if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs))
  const result = await engine.run(query)
  if (/^\s*insert/i.test(query.sql) && cuts > 0) {
    cuts--
    response.destroy()
    return
  }
  send(response, result, {
    id: url.searchParams.get('query_id') ?? '',
    gzip:
      url.searchParams.get('enable_http_compression') === '1' &&
      (header(request, 'accept-encoding') ?? '').includes('gzip'),
  })
}

function send(response: ServerResponse, answer: Answer, how: { id: string; gzip: boolean }): void {
  const summary = {
    read_rows: String(answer.readRows),
    read_bytes: '0',
    written_rows: String(answer.writtenRows),
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: '0',
    elapsed_ns: '0',
  }
  response.writeHead(200, {
    'X-ClickHouse-Query-Id': how.id,
    'X-ClickHouse-Summary': JSON.stringify(summary),
    'X-ClickHouse-Format': answer.format,
    'X-ClickHouse-Timezone': 'UTC',
    'Content-Type': 'text/plain; charset=UTF-8',
    ...(how.gzip && { 'Content-Encoding': 'gzip' }),
  })
  response.end(how.gzip ? gzipSync(answer.body, { level: 1 }) : answer.body)
}

function fail(response: ServerResponse, message: string): void {
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1002'
  const statuses: Record<string, number> = { 516: 403, 60: 404, 81: 404, 62: 400, 47: 400, 27: 400 }
  response.writeHead(statuses[code] ?? 500, { 'X-ClickHouse-Exception-Code': code })
  response.end(message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`)
}
