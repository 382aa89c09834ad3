/**
 * The least a gateway on Node could do: node:http in front, undici behind, bytes as they come.
 * Options: `--port`, `--upstream`.
 */
import http from 'node:http'
import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { readOptions } from './options.ts'

const options = readOptions(process.argv.slice(2), { port: '0', upstream: '' })
const pool = new Pool(options.upstream)

const server = http.createServer((request, response) => {
  if (request.method === 'GET') return void response.end('ok')
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const body = Buffer.concat(pieces)
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
    const target = { path: request.url ?? '/', method: 'POST' as const, headers, body }
    pool.dispatch(target, relayTo(response))
  })
})
server.listen(Number(options.port), '127.0.0.1', 4096)

function relayTo(response: http.ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.on('close', () => {
        if (!response.writableFinished) controller.abort(new Error('The client has gone.'))
      })
      response.on('drain', () => controller.resume())
    },
    onResponseStart(_controller, status, headers) {
      response.writeHead(status, { 'content-type': String(headers['content-type']) })
    },
    onResponseData(controller, piece) {
      if (!response.write(piece)) controller.pause()
    },
    onResponseEnd() {
      response.end()
    },
    onResponseError(_controller, error) {
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end(error.message)
    },
  }
}
