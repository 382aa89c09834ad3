import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A provider made of raw bytes, so that it can fail as real ones do. */
export interface Upstream extends AsyncDisposable {
  readonly port: number
  /** Ends with a slash. */
  readonly base: string
  readonly requests: readonly SeenRequest[]
  /** Connections that are open now. */
  open(): number
}

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Counts from 0 over all connections. */
  readonly number: number
}

export type Step =
  | { readonly send: string | Buffer }
  | { readonly waitMs: number }
  /** Closes in good order. */
  | { readonly end: true }
  | { readonly reset: true }
  /** Nothing more, and no close. */
  | { readonly stall: true }

/** Starts a provider that answers each request with the steps that `answer` gives. */
export async function startUpstream(
  answer: (request: SeenRequest) => readonly Step[],
): Promise<Upstream> {
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    serve(socket, requests, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    base: `http://127.0.0.1:${port}/v1/`,
    requests,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function serve(
  socket: Socket,
  requests: SeenRequest[],
  answer: (request: SeenRequest) => readonly Step[],
): void {
  let received: Buffer = Buffer.alloc(0)
  let busy = false
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, Buffer.from(bytes)])
    const request = takeRequest()
    if (!request || busy) return
    busy = true
    void play(socket, answer(request)).then(() => {
      busy = false
    })
  })

  function takeRequest(): SeenRequest | undefined {
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0) return undefined
    const [first = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const end = headEnd + 4 + Number(headers['content-length'] ?? 0)
    if (received.length < end) return undefined
    const [method = '', path = ''] = first.split(' ')
    const request: SeenRequest = {
      method,
      path,
      headers,
      body: received.toString('utf8', headEnd + 4, end),
      number: requests.length,
    }
    received = received.subarray(end)
    requests.push(request)
    return request
  }
}

async function play(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return
    if ('send' in step) socket.write(step.send)
    else if ('waitMs' in step) await new Promise((done) => setTimeout(done, step.waitMs))
    else if ('end' in step) socket.end()
    else if ('reset' in step) socket.resetAndDestroy()
    else await once(socket, 'close')
  }
}

/** A whole HTTP answer. */
export function reply(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Step[] {
  const fields = { 'content-type': 'application/json', ...headers }
  const head = [
    `HTTP/1.1 ${status} X`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return [{ send: `${head.join('\r\n')}\r\n\r\n${body}` }]
}

/** The head of a stream, ended by closing the connection. */
export const STREAM_HEAD: Step = {
  send: 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n',
}

/** A stream of events as one chunked answer on a connection that stays open. */
export function streamed(events: readonly string[], gapMs = 0): Step[] {
  return [
    {
      send: 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
    },
    ...events.flatMap((event): Step[] => [chunk(event), ...(gapMs > 0 ? [{ waitMs: gapMs }] : [])]),
    { send: '0\r\n\r\n' },
  ]
}

export function chunk(text: string): Step {
  return { send: `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n` }
}

/** One event of a chat stream. */
export function delta(fields: object, choice: object = {}): string {
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: fields, finish_reason: null, ...choice }],
  }
  return `data: ${JSON.stringify(body)}\n\n`
}

export const FINISH = delta({}, { finish_reason: 'stop' })
export const DONE = 'data: [DONE]\n\n'

/** A whole chat completion. */
export function completion(content: string, fields: object = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    ...fields,
  })
}
