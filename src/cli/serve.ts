import { randomFillSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createSigners } from '../access/signers.ts'
import { type App, type About } from '../api/app.ts'
import { routes } from '../api/index.ts'
import { LiveHub } from '../api/ui/live.ts'
import { Ids } from '../domain/ids.ts'
import { PriceTableError } from '../domain/prices/read-table.ts'
import { type Draft, withoutBodies } from '../engine/draft.ts'
import type { Engine } from '../engine/engine.ts'
import { InFlight } from '../engine/in-flight.ts'
import { keepJournal } from '../engine/journal.ts'
import { createServer, isLoopback } from '../http/server.ts'
import { type Assets, listAssets } from '../http/static.ts'
import { systemClock } from '../lib/clock.ts'
import { Deadlines } from '../lib/deadlines.ts'
import { createLog, type Log } from '../lib/log.ts'
import { createTransport } from '../lib/transport.ts'
import { providers } from '../providers/index.ts'
import type { StoreClient } from '../store/client.ts'
import { keptResponses } from '../store/kept-responses.ts'
import { openReader } from '../store/reader-client.ts'
import type { Reads } from '../store/reads.ts'
import { openRecorder, type Recorder } from '../store/recorder.ts'
import { DEFAULT_LIMITS } from '../store/recorder-limits.ts'
import type { Arguments, Env } from './arguments.ts'
import { banner } from './banner.ts'
import { type Bind, reachableAddresses, readBind } from './bind.ts'
import { ConfigHolder } from './config-holder.ts'
import { dataDirectory } from './environment.ts'
import { listen } from './listen.ts'
import { tablePricing, userPriceFile } from './price-files.ts'
import { printRequests } from './request-lines.ts'
import { StartError } from './start-error.ts'
import { stopOnSignals } from './stop.ts'
import { type ThreadData, threadFile } from './threads.ts'
import { VERSION } from './version.ts'

/** Runs the gateway until it is told to stop. */
export async function serve(args: Arguments, env: Env): Promise<void> {
  const startedUs = systemClock.us()
  const log = logFor(args)
  const holder = await ConfigHolder.open(args, env, log)
  const bind = readBind(args.bindAddress, holder.config.gateway.bindAddress)
  const dataDir = dataDirectory(args, env)
  const priceFile = userPriceFile(env['WEIR_PRICES'] ?? null, dataDir)
  const price = readPrices(priceFile)
  const store = openStore({ dataDir, priceFile }, holder, log)
  await refuseIfInUse(store)
  const engine = createEngine({ holder, store, env, price })
  const stopJournal = keepJournal(engine)
  const about = createAbout({ holder, store, dataDir, bind })
  const live = new LiveHub({
    inFlight: engine.inFlight,
    clock: engine.clock,
    newId: () => engine.ids.next(),
    stats: () => ({
      rss_mb: about.rssMb(),
      store: { state: about.store().state, message: about.store().message },
      config_error: about.configError(),
    }),
  })
  const { reader: logs, responses } = store
  const app: App = { engine, live, about, logs, responses, assets: await findAssets() }
  const server = createServer({
    deps: app,
    routes,
    basePath: holder.config.gateway.basePath,
    maxRequestBytes: holder.config.gateway.maxRequestBytes,
    allowedHosts: new Set(args.allowedHosts.map((host) => host.toLowerCase())),
    loopback: isLoopback(bind.host),
    version: VERSION,
    onError: (error) => log.error('a request failed inside the gateway', describe(error)),
  })
  about.bound = await listen(server, bind)
  greet(about, args, log, (systemClock.us() - startedUs) / 1000)
  if (args.logFormat !== 'json' && process.stderr.isTTY) printRequests(engine.inFlight)
  await stopOnSignals({ engine, server, live, log, reload: () => holder.reload() })
  stopJournal()
  holder.close()
  await store.close()
  await engine.transport.close()
}

function logFor(args: Arguments): Log {
  const tty = process.stderr.isTTY
  return createLog({
    format: args.logFormat ?? (tty ? 'pretty' : 'json'),
    level: 'info',
    color: tty,
    now: systemClock.now,
    write: (line) => process.stderr.write(line),
  })
}

type Store = ReturnType<typeof openStore>

function openStore(threadData: ThreadData, holder: ConfigHolder, log: Log) {
  const { dataDir } = threadData
  const enabled = holder.config.gateway.observabilityEnabled
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    log.error(`the data directory ${dataDir} cannot be made: nothing will be recorded`, {
      cause: String(cause),
    })
  }
  const recorder = openRecorder<Draft>({
    thread: threadFile('store-thread'),
    threadData,
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    strip: withoutBodies,
    onHealth: ({ state, message }) => {
      if (state === 'ok') log.info('the store is well again')
      else log.error(message ?? `the store is ${state}`)
    },
  })
  const reader = openReader({ thread: threadFile('reader-thread'), threadData })
  const sink = enabled
    ? recorder
    : { add: () => {}, begin: () => {}, committed: () => Promise.resolve(true) }
  return {
    sink,
    recorder,
    reader,
    client: enabled ? clientOf(recorder, reader) : null,
    responses: enabled ? keptResponses(recorder, reader) : null,
    close: async () => {
      await recorder.close()
      await reader.close()
    },
  }
}

function clientOf(recorder: Recorder<Draft>, reads: Reads): StoreClient {
  return {
    reads,
    change: (change) => recorder.change(change),
    flush: () => recorder.flush(),
  }
}

/** Two gateways on one file would corrupt it. Everything else wrong with it the gateway survives. */
async function refuseIfInUse({ recorder }: Store): Promise<void> {
  const opening = await recorder.opened()
  if (opening.state !== 'refused' || opening.reason === 'sick') return
  await recorder.close()
  throw new StartError(opening.message)
}

/** What is wrong with the user's own prices is said at the start: later nobody would read it. */
function readPrices(priceFile: string | null): Engine['price'] {
  try {
    return tablePricing(priceFile)
  } catch (thrown) {
    if (!(thrown instanceof PriceTableError)) throw thrown
    throw new StartError(thrown.message, { cause: thrown })
  }
}

function createEngine(of: {
  holder: ConfigHolder
  store: Store
  env: Env
  price: Engine['price']
}): Engine {
  const { holder, store, env, price } = of
  return {
    config: () => holder.config,
    clock: systemClock,
    ids: new Ids(systemClock, (bytes) => randomFillSync(bytes)),
    random: Math.random,
    transport: createTransport(systemClock),
    deadlines: new Deadlines(systemClock),
    store: store.sink,
    stored: store.client,
    signers: createSigners(env, systemClock),
    inFlight: new InFlight(),
    scriptCalls: new Map(),
    userAgent: `Weir/${VERSION}`,
    price,
  }
}

function createAbout(of: {
  holder: ConfigHolder
  store: Store
  dataDir: string
  bind: Bind
}): About & { bound: Bind } {
  const { holder, store, dataDir } = of
  return {
    bound: of.bind,
    version: VERSION,
    dataDir,
    addresses() {
      return reachableAddresses(this.bound.host, this.bound.port)
    },
    config: () => holder.config,
    configError: () => holder.error,
    store: () => store.recorder.health(),
    rssMb: () => Math.round(process.memoryUsage.rss() / 1024 / 1024),
    builtInModels: () =>
      providers.flatMap(({ type, models = [] }) => models.map((model) => `${type}::${model}`)),
    providers: () =>
      providers
        .filter((provider) => provider.shorthand)
        .map(({ type }) => {
          const credential = holder.config.model(`${type}::any`)?.targets[0]?.credential
          const missing = credential?.type === 'missing' ? credential.message : null
          return { name: type, ready: missing === null, detail: missing ?? 'ready' }
        }),
  }
}

async function findAssets(): Promise<Assets | null> {
  const folder = fileURLToPath(new URL('../../dist/ui', import.meta.url))
  return listAssets(folder).catch(() => null)
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

function describe(error: unknown): Record<string, string> {
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
