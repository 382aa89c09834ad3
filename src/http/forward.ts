import { request } from 'node:http'
import { GatewayError } from '../domain/errors.ts'
import type { RawRequest } from './route.ts'

/** Headers of one connection, not of the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-encoding'])

/** Hands a request on to another server of this process, and its answer back as it comes. */
export async function forward(to: { host: string; port: number }, from: RawRequest): Promise<void> {
  const { method, url, headers, body, client } = from
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const sent = request(
    {
      ...to,
      method,
      path: url,
      headers: { ...Object.fromEntries(kept), 'content-length': body.length },
    },
    (answer) => {
      const own = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name))
      const said = Object.fromEntries(own.map(([name, value]) => [name, String(value)]))
      resolve(client.pipe(answer.statusCode ?? 502, said, answer))
    },
  )
  sent.on('error', (cause) => {
    reject(new GatewayError('overloaded', 'The gateway is starting or stopping.', { cause }))
  })
  client.gone.listen(() => sent.destroy())
  sent.end(body)
  await promise
}
