import { snapshotConfigs } from '../../src/cli/snapshots.ts'
import { randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { createSigners } from '../../src/access/signers.ts'
import { decodeDialect } from '../../src/api/dialects.ts'
import { plainError, routes, strayError } from '../../src/api/index.ts'
import type { App } from '../../src/api/app.ts'
import { LiveHub } from '../../src/api/ui/live.ts'
import { inStore } from '../../src/cli/open-cache.ts'
import { openFiles } from '../../src/cli/open-files.ts'
import { tablePricing } from '../../src/cli/price-files.ts'
import { chooseStore, type StoreChoice } from '../../src/cli/store-choice.ts'
import { type ThreadData, threadFile } from '../../src/cli/threads.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Ids } from '../../src/domain/ids.ts'
import type { InferenceRecord } from '../../src/domain/record.ts'
import { openAnswerCache } from '../../src/engine/cache/answer-cache.ts'
import { completeRecord } from '../../src/engine/complete.ts'
import { type Draft, withoutBodies } from '../../src/engine/draft.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { Conversations } from '../../src/engine/conversations.ts'
import { Experiments } from '../../src/engine/experiments/experiments.ts'
import { InFlight } from '../../src/engine/in-flight.ts'
import { createServer } from '../../src/http/server.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { Deadlines } from '../../src/lib/deadlines.ts'
import { Lru } from '../../src/lib/lru.ts'
import { createTransport } from '../../src/lib/transport.ts'
import { providers } from '../../src/providers/index.ts'
import { wireNamed } from '../../src/providers/wires.ts'
import type { StoreClient } from '../../src/store/client.ts'
import { keptResponses } from '../../src/store/kept-responses.ts'
import { openReader } from '../../src/store/reader-client.ts'
import { openRecorder } from '../../src/store/recorder.ts'
import { WriterThread } from '../../src/store/writer-thread.ts'
import { DEFAULT_LIMITS } from '../../src/store/recorder-limits.ts'

/** The gateway in this process, on real sockets, with its records in a list instead of a file. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string
  readonly engine: Engine
  readonly records: readonly InferenceRecord[]
  /** The next record: resolves when a request has ended. */
  record(number?: number): Promise<InferenceRecord>
  chat(body: object, init?: RequestInit): Promise<Response>
}

interface TestOptions {
  /** With a real store. */
  readonly stored?: true
  readonly random?: () => number
  /** Where the store is; a folder of its own, removed at the end, if not given. */
  readonly dataDir?: string
}

export async function startGateway(
  toml: string,
  env: Record<string, string> = {},
  options: TestOptions = {},
): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-test-'))
  const file = join(folder, 'weir.toml')
  writeFileSync(file, toml)
  const { config } = await loadConfig({ sources: [file], env, providers })
  const records: InferenceRecord[] = []
  const waiting = new Set<() => void>()
  const price = tablePricing(null)
  const random = options.random ?? (() => 0.1)
  const choice = chooseStore(config.gateway, env)
  const kept = options.stored ? openStored(options.dataDir ?? join(folder, 'data'), choice) : null
  const transport = createTransport(systemClock)
  const signers = createSigners(env, systemClock)
  const engine: Engine = {
    config: () => config,
    clock: systemClock,
    ids: new Ids(systemClock, (bytes) => randomFillSync(bytes)),
    random,
    transport,
    deadlines: new Deadlines(systemClock),
    signers,
    files: openFiles(config.objectStorage, { env, transport, signers }),
    inFlight: new InFlight(),
    experiments: new Experiments({ clock: systemClock, random, stored: kept?.client ?? null }),
    conversations: new Conversations(systemClock, 0),
    scriptCalls: new Lru(1000),
    addresses: new Lru(10),
    userAgent: 'Weir/test',
    price,
    store: {
      add: (draft, bytes) => {
        kept?.recorder.add(draft, bytes)
        records.push(completeRecord(draft, { request: decodeDialect, wire: wireNamed, price }))
        for (const wake of waiting) wake()
      },
      begin: () => {},
      committed: (id) => kept?.recorder.committed(id) ?? Promise.resolve(true),
    },
    stored: kept?.client ?? null,
    cache: kept && openAnswerCache(inStore(kept.client), systemClock),
  }
  const app = testApp(engine, kept)
  const server = createServer({
    deps: app,
    routes,
    basePath: config.gateway.basePath,
    maxRequestBytes: config.gateway.maxRequestBytes,
    allowedHosts: new Set(),
    loopback: true,
    nodeHttp: false,
    version: 'test',
    strayError,
    plainError: (error) => plainError(app, error),
    onError: () => {},
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    engine,
    records,
    async record(number = 0) {
      while (records.length <= number) {
        await new Promise<void>((wake) => waiting.add(wake))
      }
      return records[number] as InferenceRecord
    },
    chat: (body, init = {}) =>
      fetch(`${url}/openai/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer ANY' },
        body: JSON.stringify(body),
        ...init,
      }),
    async [Symbol.asyncDispose]() {
      app.live.close()
      server.server.closeAllConnections()
      await server.close()
      await engine.transport.close()
      await kept?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Kept = ReturnType<typeof openStored>

/** The real store on real threads and files. */
function openStored(dataDir: string, choice: StoreChoice) {
  mkdirSync(dataDir, { recursive: true })
  const threadData: ThreadData = { dataDir, priceFile: null, store: choice }
  const recorder = openRecorder<Draft>({
    link: (events) => new WriterThread(threadFile('store-thread'), threadData, events),
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    strip: withoutBodies,
    onHealth: () => {},
  })
  const reader = openReader({ thread: threadFile('reader-thread'), threadData })
  const client: StoreClient = {
    reads: reader,
    change: (change) => recorder.change(change),
    flush: () => recorder.flush(),
  }
  const close = async () => {
    await recorder.close()
    await reader.close()
  }
  return { recorder, reader, client, close }
}

function testApp(engine: Engine, kept: Kept | null): App {
  const about: App['about'] = {
    version: 'test',
    dataDir: '',
    storeKind: 'sqlite',
    storeServer: null,
    addresses: () => [],
    config: engine.config,
    configError: () => null,
    store: () => ({
      state: 'ok',
      message: null,
      queuedRows: 0,
      queuedBytes: 0,
      droppedRows: 0,
      droppedPayloads: 0,
      writtenRows: 0,
    }),
    rssMb: () => 0,
    providers: () => [],
    builtInModels: () => [],
  }
  const live = new LiveHub({
    inFlight: engine.inFlight,
    clock: engine.clock,
    newId: () => engine.ids.next(),
    stats: () => ({ rss_mb: 0, store: { state: 'ok', message: null }, config_error: null }),
  })
  return {
    engine,
    live,
    about,
    assets: null,
    logs: kept?.reader ?? NO_LOGS,
    responses: kept && keptResponses(kept.recorder, kept.reader),
    snapshots: snapshotConfigs({}),
  }
}

const NO_LOGS: App['logs'] = {
  list: () => Promise.resolve({ rows: [], next: null }),
  get: () => Promise.resolve(null),
  byResponse: () => Promise.resolve(null),
  byAttempt: () => Promise.resolve(null),
  neighbours: () => Promise.resolve({ newer: null, older: null }),
  overview: () => Promise.reject(new Error('There is no store here.')),
  count: () => Promise.resolve({ count: 0, exact: true }),
}

/** A model with one provider of a type, without a key; `extra`: more keys of the provider. */
export function modelOfType(name: string, type: string, base: string, extra = ''): string {
  return `
[models.${name}]
routing = ["p"]
[models.${name}.providers.p]
type = "${type}"
model_name = "m"
api_base = "${base}"
api_key_location = "none"
${extra}
`
}

/** A model `m` with these providers, each an OpenAI-compatible server without a key. */
export function modelToml(bases: readonly string[], extra = ''): string {
  const names = bases.map((_, index) => `p${index + 1}`)
  return [
    '[models.m]',
    `routing = [${names.map((name) => `"${name}"`).join(', ')}]`,
    extra,
    ...bases.flatMap((base, index) => [
      `[models.m.providers.${names[index]}]`,
      'type = "openai"',
      `model_name = "upstream-${index + 1}"`,
      `api_base = "${base}"`,
      'api_key_location = "none"',
    ]),
  ].join('\n')
}
