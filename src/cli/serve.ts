import { mkdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { About, App } from '../api/app.ts'
import { routes } from '../api/index.ts'
import { LiveHub } from '../api/ui/live.ts'
import type { Draft } from '../engine/draft.ts'
import { keepJournal } from '../engine/journal.ts'
import { isLoopback } from '../http/server.ts'
import { type Assets, listAssets } from '../http/static.ts'
import { collectGarbage } from '../lib/collect-garbage.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { roomForReads } from '../store/clickhouse/shared-turns.ts'
import { WriterThread } from '../store/writer-thread.ts'
import { createAbout } from './about.ts'
import type { Arguments, Env } from './arguments.ts'
import { banner } from './banner.ts'
import { type Bind, readBind } from './bind.ts'
import { ConfigHolder } from './config-holder.ts'
import { createEngine } from './create-engine.ts'
import { Crew } from './crew.ts'
import { dataDirectory } from './environment.ts'
import { gatewayServer } from './gateway-server.ts'
import { listen, listenPrivately } from './listen.ts'
import { logFor } from './log.ts'
import { checkFiles } from './open-files.ts'
import { openStore, type Store } from './open-store.ts'
import { readPrices, userPriceFile } from './price-files.ts'
import { printRequests } from './request-lines.ts'
import { retentionFor } from './retention.ts'
import { keepSnapshots, snapshotConfigs } from './snapshots.ts'
import { StartError } from './start-error.ts'
import { chooseStore } from './store-choice.ts'
import { stopWhen, toldToStop } from './stop.ts'
import { type ThreadData, threadFile } from './threads.ts'

/** By then what a request needs has been compiled, too. */
const COMPILED_MS = 5000

/** Runs the gateway until it is told to stop. */
export async function serve(args: Arguments, env: Env): Promise<void> {
  const startedUs = systemClock.us()
  const log = logFor(args)
  const holder = await ConfigHolder.open(args, env, log)
  const bind = readBind(args.bindAddress, holder.config.gateway.bindAddress)
  const dataDir = dataDirectory(args, env)
  const threadData = threadDataOf(holder, { env, dataDir, log })
  const price = readPrices(threadData.priceFile)
  makeDirectory(dataDir, log)
  let crew: Crew | undefined
  const writer = startWriter(threadData, () => crew)
  const store = openStore(threadData, { config: () => holder.config, log, link: writer.link, env })
  await refuseUnlessUsable(store, holder.config.gateway.observabilityDemanded)
  const engine = createEngine({ holder, store, env, price })
  await checkFiles(engine.files)
  const stopJournal = keepJournal(engine)
  keepSnapshots(holder, store.client, log)
  const about = createAbout({ holder, store, threadData, bind })
  const live = new LiveHub({
    inFlight: engine.inFlight,
    clock: engine.clock,
    newId: () => engine.ids.next(),
    stats: () => ({
      rss_mb: about.rssMb(),
      store: { state: about.store().state, message: about.store().message },
      config_error: about.configError(),
    }),
    peers: () => crew,
  })
  const { reader: logs, responses } = store
  const snapshots = snapshotConfigs(env)
  const assets = await findAssets()
  const app: App = { engine, live, about, logs, responses, snapshots, assets }
  const server = gatewayServer({ app, routes, bind, args, log })
  const told = toldToStop(log)
  about.bound = await listen(server, bind, args.workers > 1)
  const inner = args.workers > 1 ? gatewayServer({ app, routes, bind, args, log }) : null
  if (inner) {
    const main = await listenPrivately(inner)
    const data = { args, env, threadData, bind: about.bound, main }
    crew = new Crew({ count: args.workers - 1, data, log, join: writer.join })
    await crew.start()
  }
  greet(about, args, log, (systemClock.us() - startedUs) / 1000)
  settle()
  if (args.logFormat !== 'json' && process.stderr.isTTY) printRequests(engine.inFlight)
  const reload = async () => {
    crew?.reload()
    await holder.reload()
  }
  await stopWhen(told, { engine, server, live, log, reload, crew })
  await inner?.close()
  stopJournal()
  holder.close()
  await store.close()
  await engine.cache?.close()
  await engine.transport.close()
}

function threadDataOf(
  { config }: ConfigHolder,
  { env, dataDir, log }: { readonly env: Env; readonly dataDir: string; readonly log: Log },
): ThreadData {
  const store = chooseStore(config.gateway, env)
  const { retention, warnings } = retentionFor(config.gateway.retention, store)
  for (const warning of warnings) log.warn(warning)
  return {
    dataDir,
    priceFile: userPriceFile(env['WEIR_PRICES'] ?? null, dataDir),
    store,
    retention,
    readTurns: roomForReads(),
  }
}

/** The store thread, and how other threads reach it: anew each time it was started again. */
function startWriter(threadData: ThreadData, crew: () => Crew | undefined) {
  let thread: WriterThread<Draft> | undefined
  const link: Parameters<typeof openStore>[1]['link'] = (events) => {
    thread = new WriterThread<Draft>(threadFile('store-thread'), threadData, {
      received: (message) => events.received(message),
      died: (why, deaths) => {
        crew()?.storeDied(why)
        events.died(why, deaths)
      },
      restarted: () => {
        events.restarted()
        crew()?.storeRestarted()
      },
    })
    return thread
  }
  return { link, join: (port: Parameters<WriterThread<Draft>['join']>[0]) => thread?.join(port) }
}

function makeDirectory(dataDir: string, log: Log): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    log.error(`the data directory ${dataDir} cannot be made: nothing will be recorded`, {
      cause: String(cause),
    })
  }
}

/**
 * Two gateways on one file would corrupt it. Everything else wrong with it the gateway survives,
 * unless the configuration demands a store that works.
 */
async function refuseUnlessUsable({ recorder }: Store, demanded: boolean): Promise<void> {
  const opening = await recorder.opened()
  if (opening.state !== 'refused' || (opening.reason === 'sick' && !demanded)) return
  await recorder.close()
  throw new StartError(opening.message)
}

async function findAssets(): Promise<Assets | null> {
  const folder = fileURLToPath(new URL('../../dist/ui', import.meta.url))
  return listAssets(folder).catch(() => null)
}

/** What can wait until the gateway serves: what loading left behind goes, and what it compiled is kept. */
function settle(): void {
  setImmediate(collectGarbage)
  setTimeout(flushCompileCache, COMPILED_MS).unref()
}

function greet(about: About & { bound: Bind }, args: Arguments, log: Log, readyMs: number): void {
  const tty = process.stderr.isTTY
  if (tty && args.logFormat !== 'json') process.stderr.write(banner(about, readyMs, true))
  else {
    const [address] = about.addresses()
    log.info('ready', { address, data_dir: about.dataDir, ready_ms: Math.round(readyMs) })
  }
  if (isLoopback(about.bound.host)) return
  log.warn(
    'listening beyond this machine without keys: anyone who can reach it can use your providers',
  )
}
