import type { LookupFunction, Socket } from 'node:net'
import { buildConnector, Client } from 'undici'
import type { Clock } from './clock.ts'

/** One connection at a time to one origin. */
export interface Lane {
  readonly key: string
  readonly client: Client
  connected: boolean
  /** Its latest connection. */
  socket: Socket | undefined
  /** Its connection has answered before: it may have died since without our knowing. */
  warm: boolean
  idleSinceUs: number
}

/**
 * Unused connections are dropped after this: below the 5 s of the strictest common servers
 * (uvicorn, vLLM, Node), so that we close before they do.
 */
const IDLE_MS = 4000
const CONNECT_MS = 5000
const MAX_IDLE_LANES = 256
const CONNECTING = { allowH2: false, timeout: CONNECT_MS, autoSelectFamilyAttemptTimeout: 1000 }

/** Whose connections may be used for a request, and how their hosts' addresses are found. */
export interface Lead {
  /** Requests with different keys never share a connection: one for each set of credentials. */
  readonly pool: string
  /** In place of the system's own; goes with the pool. */
  readonly lookup?: LookupFunction
}

/**
 * Idle connections by origin and credentials. Last used, first taken: what traffic does not need
 * grows old and is dropped. One request a connection, so that no answer waits behind a long one.
 */
export class Lanes {
  readonly #idle = new Map<string, Lane[]>()
  readonly #all = new Set<Lane>()
  readonly #clock: Clock
  /** One for all, so that TLS sessions are resumed from lane to lane. */
  readonly #connect = buildConnector(CONNECTING)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  take(origin: string, lead: Lead): Lane {
    const stack = this.#idle.get(`${origin} ${lead.pool}`)
    const lane = stack?.pop()
    if (!lane) return this.fresh(origin, lead)
    const idleMs = (this.#clock.us() - lane.idleSinceUs) / 1000
    if (lane.connected && idleMs < IDLE_MS) return lane
    this.drop(lane)
    // Those below have been idle for longer.
    for (const older of stack?.splice(0) ?? []) this.drop(older)
    return this.fresh(origin, lead)
  }

  fresh(origin: string, { pool, lookup }: Lead): Lane {
    const connect = lookup ? buildConnector({ ...CONNECTING, lookup }) : this.#connect
    const client = new Client(origin, {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 64 * 1024,
      connect: (options, done) => {
        connect(options, (...result) => {
          lane.socket = result[1] ?? undefined
          done(...result)
        })
      },
    })
    const lane: Lane = {
      key: `${origin} ${pool}`,
      client,
      connected: false,
      socket: undefined,
      warm: false,
      idleSinceUs: 0,
    }
    client.on('connect', () => {
      lane.connected = true
    })
    client.on('disconnect', () => this.#disconnected(lane))
    this.#all.add(lane)
    return lane
  }

  /** Back after a whole answer. */
  put(lane: Lane): void {
    lane.warm = true
    lane.idleSinceUs = this.#clock.us()
    const stack = this.#idle.get(lane.key) ?? []
    if (stack.length >= MAX_IDLE_LANES) return this.drop(lane)
    stack.push(lane)
    this.#idle.set(lane.key, stack)
  }

  drop(lane: Lane): void {
    if (!this.#all.delete(lane)) return
    lane.client.destroy().catch(() => {})
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((lane) => lane.client.destroy()))
    this.#all.clear()
    this.#idle.clear()
  }

  /** An idle connection that the server closed, or that grew old, leaves its stack at once. */
  #disconnected(lane: Lane): void {
    lane.connected = false
    lane.warm = false
    const stack = this.#idle.get(lane.key)
    const place = stack?.indexOf(lane) ?? -1
    if (place < 0) return
    stack?.splice(place, 1)
    if (stack?.length === 0) this.#idle.delete(lane.key)
    this.drop(lane)
  }
}
