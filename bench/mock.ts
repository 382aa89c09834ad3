/**
 * A provider that costs next to nothing: everything it says is built once. Options: `--ports N`
 * (listens on N ports), `--idle-ms N` (closes a kept-alive socket after N idle ms; 0 is never).
 * Prints its ports as one JSON line. `GET /stats` answers what it has counted, of all its ports.
 */
import net from 'node:net'
import { STREAM_HEAD, encodeAnswer, encodeChunks, encodeEnd, readShape } from './answers.ts'
import { Framer } from './framing.ts'
import { readOptions } from './options.ts'

interface Reply {
  readonly answer: Buffer
  readonly chunks: readonly Buffer[]
  readonly end: Buffer
  readonly pauseMs: number
}

const options = readOptions(process.argv.slice(2), { ports: '1', 'idle-ms': '0' })
const idleMs = Number(options['idle-ms'])
const stats = { hits: 0, completed: 0, connections: 0, idle_closes: 0 }
const replies = new Map<string, Reply>()
const ports = await Promise.all(Array.from({ length: Number(options.ports) }, listen))
process.stdout.write(`${JSON.stringify({ ports })}\n`)
// Whoever started us holds the other end: no mock outlives its bench.
process.stdin.resume().on('end', () => process.exit(0))

function listen(): Promise<number> {
  const server = net.createServer({ noDelay: true }, serve)
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', 4096, () => {
    const address = server.address()
    resolve(address !== null && typeof address === 'object' ? address.port : 0)
  })
  return promise
}

function serve(socket: net.Socket): void {
  stats.connections += 1
  let head = ''
  let body = ''
  let busy = false
  const idle = idleMs === 0 ? undefined : setTimeout(closeIdle, idleMs)
  const framer = new Framer({
    head(text) {
      busy = true
      head = text
      body = ''
    },
    body(piece) {
      // Bytes enough: what is looked for in a body is ASCII.
      body += piece.toString('latin1')
    },
    end() {
      answer(socket, head, body, () => {
        busy = false
        idle?.refresh()
      })
    },
  })
  socket.on('data', (bytes: Buffer) => framer.push(bytes))
  socket.on('error', () => socket.destroy())
  socket.on('close', () => clearTimeout(idle))

  function closeIdle(): void {
    if (busy) return
    stats.idle_closes += 1
    socket.destroy()
  }
}

function answer(socket: net.Socket, head: string, body: string, done: () => void): void {
  if (head.startsWith('GET ')) {
    const text = JSON.stringify(stats)
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`)
    return done()
  }
  stats.hits += 1
  const reply = replyFor(/"model"\s*:\s*"([^"]+)"/.exec(body)?.[1] ?? '')
  if (/"stream"\s*:\s*true/.test(body)) return stream(socket, reply, done)
  after(reply.pauseMs, () => finish(socket, reply.answer, done))
}

/** A write for each chunk, as providers do: how many come in one read is up to the reader. */
function stream(socket: net.Socket, reply: Reply, done: () => void): void {
  socket.write(STREAM_HEAD)
  if (reply.pauseMs > 0) return streamSlowly(socket, reply, done)
  for (const piece of reply.chunks) socket.write(piece)
  finish(socket, reply.end, done)
}

function streamSlowly(socket: net.Socket, reply: Reply, done: () => void): void {
  let next = 0
  const timer = setInterval(step, reply.pauseMs)
  step()

  function step(): void {
    const piece = reply.chunks[next]
    next += 1
    if (socket.destroyed) return clearInterval(timer)
    if (piece !== undefined) return void socket.write(piece)
    clearInterval(timer)
    finish(socket, reply.end, done)
  }
}

function finish(socket: net.Socket, last: Buffer, done: () => void): void {
  if (socket.destroyed) return
  stats.completed += 1
  socket.write(last)
  done()
}

function after(pauseMs: number, act: () => void): void {
  if (pauseMs === 0) act()
  else setTimeout(act, pauseMs)
}

function replyFor(model: string): Reply {
  const known = replies.get(model)
  if (known !== undefined) return known
  const { pieces, pauseMs } = readShape(model)
  const chunks = encodeChunks(model, pieces)
  const end = encodeEnd(model, pieces)
  const reply = { answer: encodeAnswer(model, pieces), chunks, end, pauseMs }
  replies.set(model, reply)
  return reply
}
