import { workerData } from 'node:worker_threads'
import type { App } from '../api/app.ts'
import { routes } from '../api/index.ts'
import { LiveHub } from '../api/ui/live.ts'
import type { LiveSink } from '../api/ui/live-session.ts'
import { GatewayError } from '../domain/errors.ts'
import { keepJournal } from '../engine/journal.ts'
import { forward } from '../http/forward.ts'
import type { Route } from '../http/route.ts'
import { PortLink } from '../store/port-link.ts'
import type { WriterLink } from '../store/writer-link.ts'
import type { Draft } from '../engine/draft.ts'
import { createAbout } from './about.ts'
import { ConfigHolder } from './config-holder.ts'
import type { CrewData, FromCrew, ToCrew } from './crew-protocol.ts'
import { createEngine } from './create-engine.ts'
import { listenTogether } from './listen.ts'
import { logFor } from './log.ts'
import { openStore } from './open-store.ts'
import { gatewayServer } from './gateway-server.ts'
import { snapshotConfigs } from './snapshots.ts'
import { readPrices } from './price-files.ts'
import { drainRequests, endAll, surviveFaults } from './stop.ts'
import { portOf } from './threads.ts'

/** A thread that answers requests beside the main one. What only that one knows is asked of it. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `Crew` starts this file with nothing else
const { args, env, threadData, bind, main } = workerData as CrewData
const port = portOf()
const log = logFor(args)
void surviveFaults(log).then(() => process.exit(1))
const holder = await ConfigHolder.open(args, env, log)
let link: PortLink<Draft> | undefined
const store = openStore(threadData, {
  config: () => holder.config,
  log,
  env,
  link: (events): WriterLink<Draft> => (link = new PortLink<Draft>(events)),
})
const engine = createEngine({ holder, store, env, price: readPrices(threadData.priceFile) })
const stopJournal = keepJournal(engine)
const live = new LiveHub({
  inFlight: engine.inFlight,
  clock: engine.clock,
  newId: () => engine.ids.next(),
  stats: () => ({ rss_mb: 0, store: { state: 'ok', message: null }, config_error: null }),
})
const about = createAbout({ holder, store, threadData, bind })
const app: App = {
  engine,
  live,
  about,
  logs: store.reader,
  responses: store.responses,
  snapshots: snapshotConfigs(env),
  assets: null,
}
const server = gatewayServer({ app, routes: routes.map(ownOrForwarded), bind, args, log })
port.on('message', (message: ToCrew) => receive(message))
await listenTogether(server, { host: bind.host, port: bind.port })
say({ kind: 'listening' })

/** Clients' requests are answered here; pages, settings and everything live by the main thread. */
function ownOrForwarded(route: Route<App>): Route<App> {
  if (route.kind === 'raw' && route.scope === 'inference') return route
  const { method, paths, scope, summary } = route
  return {
    kind: 'raw',
    method,
    paths,
    scope,
    summary,
    handle: (_, request) => forward(main, request),
  }
}

function receive(message: ToCrew): void {
  switch (message.kind) {
    case 'store':
      link?.connect(message.port)
      break
    case 'store_died':
      link?.lost(message.why)
      break
    case 'reload':
      void holder.reload()
      break
    case 'stop':
      void stop()
      break
    case 'cut':
      endAll(engine)
      break
    case 'live':
      live.join(message.session, message.filter, sinkOf(message.session))
      break
    case 'watch':
      live.watch(message.session, message.ids)
      break
    case 'drop':
      live.drop(message.session)
      break
    case 'cancel':
      engine.inFlight
        .get(message.id)
        ?.ask.gone.cancel(new GatewayError('client_gone', 'Cancelled from the log.'))
      break
  }
}

function sinkOf(session: string): LiveSink {
  return {
    write: (frame) => {
      say({ kind: 'frame', session, frame })
      return true
    },
    drained: () => Promise.resolve(),
    end: () => {},
  }
}

async function stop(): Promise<void> {
  await drainRequests({ engine, server, live })
  stopJournal()
  holder.close()
  await store.close()
  await engine.cache?.close()
  await engine.transport.close()
  say({ kind: 'stopped' })
  port.close()
}

function say(message: FromCrew): void {
  port.postMessage(message, [])
}
