import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server of bare connections: what it reads and writes, byte by byte, is the test's to say. */
export interface RawServer extends AsyncDisposable {
  readonly port: number
  readonly origin: string
  /** In the order they were opened. */
  readonly sockets: readonly Socket[]
}

/** `onRequest` is called with each request's text, counted over the connection from 1. */
export async function rawServer(
  onRequest: (socket: Socket, text: string, count: number) => void,
): Promise<RawServer> {
  const sockets: Socket[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    let text = ''
    let count = 0
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      for (let end = endOfRequest(text); end > 0; end = endOfRequest(text)) {
        const request = text.slice(0, end)
        text = text.slice(end)
        onRequest(socket, request, ++count)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? 0)
  return text.length >= head + 4 + length ? head + 4 + length : 0
}

/** A whole answer that leaves its connection open. */
export function answer(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
