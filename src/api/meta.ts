import { z } from 'zod'
import { jsonRoute, type RawRoute, type Route } from '../http/route.ts'
import type { App } from './app.ts'

const status = jsonRoute({
  method: 'GET',
  paths: ['/status'],
  scope: 'public',
  summary: 'Whether the gateway runs, which version and with which configuration.',
  result: z.object({ status: z.literal('ok'), version: z.string(), config_hash: z.string() }),
  handle: ({ about }: App) => ({
    status: 'ok' as const,
    version: about.version,
    config_hash: about.config().hash,
  }),
})

/** TensorZero's five names are always there; `store` is ours. */
const health: RawRoute<App> = {
  kind: 'raw',
  method: 'GET',
  paths: ['/health'],
  scope: 'public',
  summary: 'Whether the gateway and what it depends on are well.',
  handle: async ({ about }, { client }) => {
    const store = about.store()
    const sick = store.state === 'failed' || store.state === 'degraded'
    const needed = about.config().gateway.durability === 'before_reply'
    client.json(sick && needed ? 503 : 200, {
      gateway: 'ok',
      clickhouse: about.storeKind === 'clickhouse' && sick ? 'error' : 'ok',
      postgres: about.storeKind === 'postgres' && sick ? 'error' : 'ok',
      valkey: 'ok',
      valkey_cache: 'ok',
      store: store.state,
      ...(store.outboxRows !== undefined && { outbox_rows: store.outboxRows }),
      ...(store.message !== null && { store_message: store.message }),
    })
  },
}

export const metaRoutes: readonly Route<App>[] = [status, health]
