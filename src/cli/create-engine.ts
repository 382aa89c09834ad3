import { randomFillSync } from 'node:crypto'
import { createSigners } from '../access/signers.ts'
import { Ids } from '../domain/ids.ts'
import type { Engine } from '../engine/engine.ts'
import { Conversations } from '../engine/conversations.ts'
import { Experiments } from '../engine/experiments/experiments.ts'
import { InFlight } from '../engine/in-flight.ts'
import { systemClock } from '../lib/clock.ts'
import { Deadlines } from '../lib/deadlines.ts'
import { Lru } from '../lib/lru.ts'
import { createTransport } from '../lib/transport.ts'
import type { Env } from './arguments.ts'
import type { ConfigHolder } from './config-holder.ts'
import { openCache } from './open-cache.ts'
import { openFiles } from './open-files.ts'
import type { Store } from './open-store.ts'
import { VERSION } from './version.ts'

/** Some have a model's name in them, and clients may make up names. */
const MOST_ADDRESSES = 256
/** Clients can make up short names without end: old counts go. */
const MOST_COUNTED = 1000

/** An engine with all that it needs from outside. Every thread that answers requests has one. */
export function createEngine(of: {
  holder: ConfigHolder
  store: Store
  env: Env
  price: Engine['price']
}): Engine {
  const { holder, store, env, price } = of
  const { cache, objectStorage } = holder.config
  const transport = createTransport(systemClock)
  const signers = createSigners(env, systemClock)
  return {
    config: () => holder.config,
    clock: systemClock,
    ids: new Ids(systemClock, (bytes) => randomFillSync(bytes)),
    random: Math.random,
    transport,
    deadlines: new Deadlines(systemClock),
    store: store.sink,
    stored: store.client,
    cache: openCache(cache, { env, stored: store.client, clock: systemClock }),
    files: openFiles(objectStorage, { env, transport, signers }),
    signers,
    inFlight: new InFlight(),
    experiments: new Experiments({
      clock: systemClock,
      random: Math.random,
      stored: store.client,
    }),
    conversations: new Conversations(systemClock, Math.random() * 2 ** 32),
    scriptCalls: new Lru(MOST_COUNTED),
    addresses: new Lru(MOST_ADDRESSES),
    userAgent: `Weir/${VERSION}`,
    price,
  }
}
