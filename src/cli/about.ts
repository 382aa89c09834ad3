import type { About } from '../api/app.ts'
import { providers } from '../providers/index.ts'
import { type Bind, reachableAddresses } from './bind.ts'
import type { ConfigHolder } from './config-holder.ts'
import type { Store } from './open-store.ts'
import { serverName } from './store-choice.ts'
import type { ThreadData } from './threads.ts'
import { VERSION } from './version.ts'

/** What this process is and how it fares. `bound` is where it really listens, once it does. */
export function createAbout(of: {
  holder: ConfigHolder
  store: Store
  threadData: ThreadData
  bind: Bind
}): About & { bound: Bind } {
  const { holder, store, threadData } = of
  return {
    bound: of.bind,
    version: VERSION,
    dataDir: threadData.dataDir,
    storeKind: threadData.store.kind,
    storeServer: serverName(threadData.store),
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
