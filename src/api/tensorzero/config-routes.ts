import { z } from 'zod'
import type { Route } from '../../http/route.ts'
import { readSnapshot, snapshotNotFound, writeSnapshot } from '../../ops/config-snapshots.ts'
import type { App } from '../app.ts'
import { configBy } from './config-by.ts'
import { nativeRoute, storedOf } from './native-route.ts'
import { presentUiConfig } from './ui-config.ts'

/** The configuration in use may not be written down yet: then it is told from memory. */
async function tellSnapshot(app: App, hash: string) {
  const live = app.engine.config()
  const found = app.engine.stored && (await readSnapshot(app.engine.stored, hash))
  if (found) {
    return { config: found.config, hash, extra_templates: found.extraTemplates, tags: found.tags }
  }
  const { tables: config, includes } = live
  if (hash === live.hash) return { config, hash, extra_templates: includes, tags: {} }
  throw snapshotNotFound(hash)
}

const live = nativeRoute({
  method: 'GET',
  path: '/internal/config',
  summary: 'The configuration in use.',
  handle: (app: App) => tellSnapshot(app, app.engine.config().hash),
})

const byHash = nativeRoute({
  method: 'GET',
  path: '/internal/config/:hash',
  summary: 'A configuration as it was used.',
  handle: (app: App, { params }) => tellSnapshot(app, params['hash'] ?? ''),
})

const Texts = z.record(z.string(), z.string())

const write = nativeRoute({
  method: 'POST',
  path: '/internal/config',
  summary: 'Keep a configuration by its hash.',
  body: z.object({
    config: z.record(z.string(), z.json()),
    extra_templates: Texts.default({}),
    tags: Texts.default({}),
  }),
  handle: async (app: App, { body }) => {
    const { config, extra_templates: extraTemplates, tags } = body
    const given = { config, extraTemplates, tags }
    await app.snapshots.check(given)
    return { hash: await writeSnapshot(storedOf(app), given, app.engine.clock.now()) }
  },
})

const uiConfig = nativeRoute({
  method: 'GET',
  path: '/internal/ui_config',
  summary: 'The functions, metrics and tools there are, for pages.',
  handle: (app: App) => presentUiConfig(app.engine.config()),
})

const uiConfigByHash = nativeRoute({
  method: 'GET',
  path: '/internal/ui_config/:hash',
  summary: 'The functions, metrics and tools that there were.',
  handle: async (app: App, { params }) =>
    presentUiConfig(await configBy(app, params['hash'] ?? '')),
})

export const configRoutes: readonly Route<App>[] = [live, byHash, write, uiConfig, uiConfigByHash]
