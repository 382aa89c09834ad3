import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Bind } from './bind.ts'
import { StartError } from './start-error.ts'

/** How many ports after the usual one are tried when nobody chose it. */
const PORTS_TO_TRY = 20

/** Listens. Where nobody chose the port and it is taken, the next free one. */
export async function listen(server: FastifyInstance, bind: Bind, shared: boolean): Promise<Bind> {
  for (let offset = 0; ; offset++) {
    const port = bind.port + offset
    try {
      if (shared) await probe(bind.host, port)
      await (shared
        ? listenTogether(server, { host: bind.host, port })
        : server.listen({ host: bind.host, port }))
      const address = server.server.address()
      return { ...bind, port: typeof address === 'object' && address ? address.port : port }
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
      if (code === 'EADDRINUSE' && bind.isDefault && offset < PORTS_TO_TRY) continue
      throw new StartError(explain(code, bind, port), { cause: thrown })
    }
  }
}

/** Several threads on one port: the system shares connections out among them. */
export async function listenTogether(
  server: FastifyInstance,
  at: { readonly host: string; readonly port: number },
): Promise<void> {
  const options = { ...at, reusePort: true }
  await server.listen(options)
}

/** Where threads share a port another program could share it too, unnoticed: it must be free. */
async function probe(host: string, port: number): Promise<void> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port }, resolve)
  await promise
  await new Promise((done) => {
    server.close(done)
  })
}

/** Listens for the other threads of this process alone. */
export async function listenPrivately(server: FastifyInstance) {
  const host = '127.0.0.1'
  await server.listen({ host, port: 0 })
  const address = server.server.address()
  return { host, port: typeof address === 'object' && address ? address.port : 0 }
}

function explain(code: unknown, { host }: Bind, port: number): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken by another program: stop it, or choose another with --bind-address ${host}:PORT.`
  }
  if (code === 'EACCES') return `Port ${port} needs more rights: choose one above 1023.`
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}.`
  return `Cannot listen on ${host}:${port} (${String(code)}).`
}
