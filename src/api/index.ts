import type { Route } from '../http/route.ts'
import type { App } from './app.ts'
import { metaRoutes } from './meta.ts'
import { chatCompletions } from './openai/chat.ts'
import { pages, root } from './ui/pages.ts'
import { uiRoutes } from './ui/routes.ts'

/** Every route there is. */
export const routes: readonly Route<App>[] = [
  chatCompletions,
  ...metaRoutes,
  ...uiRoutes,
  pages,
  root,
]
