import type { FastifyInstance } from 'fastify'
import type { Bind } from './bind.ts'
import { StartError } from './start-error.ts'

/** How many ports after the usual one are tried when nobody chose it. */
const PORTS_TO_TRY = 20

/** Listens. Where nobody chose the port and it is taken, the next free one. */
export async function listen(server: FastifyInstance, bind: Bind): Promise<Bind> {
  for (let offset = 0; ; offset++) {
    const port = bind.port + offset
    try {
      await server.listen({ host: bind.host, port })
      const address = server.server.address()
      return { ...bind, port: typeof address === 'object' && address ? address.port : port }
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
      if (code === 'EADDRINUSE' && bind.isDefault && offset < PORTS_TO_TRY) continue
      throw new StartError(explain(code, bind, port), { cause: thrown })
    }
  }
}

function explain(code: unknown, { host }: Bind, port: number): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken by another program: stop it, or choose another with --bind-address ${host}:PORT.`
  }
  if (code === 'EACCES') return `Port ${port} needs more rights: choose one above 1023.`
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}.`
  return `Cannot listen on ${host}:${port} (${String(code)}).`
}
