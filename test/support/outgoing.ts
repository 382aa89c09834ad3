import { readAll, type Body } from '../../src/lib/body.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { createTransport, type Flight, type Transport } from '../../src/lib/transport.ts'
import type { RawServer } from './raw-server.ts'

const LIMIT = 50_000_000
const tooLarge = () => new Error('too large')

/** What a test sends through a transport of its own. */
export interface Outgoing {
  readonly transport: Transport
  readonly get: (path?: string, pool?: string) => Flight
  readonly text: (path?: string, pool?: string) => Promise<string>
}

export function outgoing(
  { origin }: Pick<RawServer, 'origin'>,
  clock: Clock = systemClock,
): Outgoing {
  const transport = createTransport(clock)
  const get = (path = '/', pool = 'key') =>
    transport.send({
      method: 'POST',
      url: new URL(path, origin),
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from('ask'),
      pool,
    })
  return { transport, get, text: async (path, pool) => textOf(get(path, pool)) }
}

export async function textOf(flight: Flight): Promise<string> {
  const { body } = await flight.response
  return bodyText(body)
}

export async function bodyText(body: Body): Promise<string> {
  return (await readAll(body, LIMIT, tooLarge)).toString()
}
