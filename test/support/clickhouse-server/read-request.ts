import type { IncomingMessage } from 'node:http'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Query } from './engine.ts'

/** Parameters of ClickHouse's HTTP interface that are no settings of the query. */
const PLAIN = new Set([
  'query',
  'query_id',
  'database',
  'user',
  'password',
  'role',
  'session_id',
  'session_timeout',
  'session_check',
  'enable_http_compression',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'default_format',
  'buffer_size',
])

export async function readQuery(request: IncomingMessage, url: URL): Promise<Query> {
  const body = await readBody(request)
  const form = await readForm(request, body)
  const parameters = [...url.searchParams, ...form]
  const given = parameters.find(([name]) => name === 'query')?.[1]
  const params = parameters
    .filter(([name]) => name.startsWith('param_'))
    .map(([name, value]) => [name.slice('param_'.length), value])
  const settings = parameters.filter(([name]) => !name.startsWith('param_') && !PLAIN.has(name))
  return {
    sql: given ?? body.toString('utf8'),
    data: given === undefined ? null : body,
    database:
      url.searchParams.get('database') ?? header(request, 'x-clickhouse-database') ?? 'default',
    params: Object.fromEntries(params),
    settings: Object.fromEntries(settings),
    defaultFormat: header(request, 'x-clickhouse-format') ?? 'TabSeparated',
  }
}

export function credentialsOf(request: IncomingMessage): { user: string; password: string } {
  const basic = header(request, 'authorization')?.replace(/^Basic /, '')
  const pair = Buffer.from(basic ?? '', 'base64').toString()
  const colon = pair.indexOf(':')
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

export function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}

/** Long parameters come as a form. */
async function readForm(request: IncomingMessage, body: Buffer): Promise<[string, string][]> {
  const type = header(request, 'content-type')
  if (!type?.startsWith('multipart/form-data')) return []
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData()
  return [...form].map(([name, value]) => [name, typeof value === 'string' ? value : ''])
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  const body = Buffer.concat(chunks)
  switch (header(request, 'content-encoding')) {
    case 'gzip':
      return gunzipSync(body)
    case 'zstd':
      return zstdDecompressSync(body)
    default:
      return body
  }
}
