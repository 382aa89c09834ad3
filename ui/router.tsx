import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { setupQuery } from './data/queries.ts'
import { NotFound, PageError } from './shell/notices.tsx'
import { Shell } from './shell/shell.tsx'

/** Of a log: all that the reader chose stands in the address. */
export interface LogSearch {
  readonly q?: string | undefined
  /** How far back the summary looks: `15m`, `1h`, `24h`, `7d`. */
  readonly window?: string | undefined
  /** A fixed time, milliseconds since 1970; the log is then history, not live. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly peek?: string | undefined
}

interface InferenceSearch {
  readonly q?: string | undefined
  readonly tab?: string | undefined
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types, typescript/explicit-function-return-type -- the router's type is its routes
export function createAppRouter(queries: QueryClient) {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
  const home = createRoute({
    getParentRoute: () => root,
    path: '/',
    async loader() {
      const setup = await queries.fetchQuery(setupQuery).catch(() => null)
      // oxlint-disable-next-line typescript/only-throw-error -- how the router is told to go elsewhere
      if (setup?.seen_first_request !== false) throw redirect({ to: '/logs', replace: true })
    },
    component: lazyRouteComponent(() => import('./welcome/welcome-page.tsx'), 'WelcomePage'),
  })
  const logs = createRoute({
    getParentRoute: () => root,
    path: '/logs',
    validateSearch: readLogSearch,
    component: lazyRouteComponent(() => import('./logs/logs-page.tsx'), 'LogsPage'),
  })
  const inference = createRoute({
    getParentRoute: () => root,
    path: '/logs/$id',
    validateSearch: readInferenceSearch,
    component: lazyRouteComponent(() => import('./inference/inference-page.tsx'), 'InferencePage'),
  })
  const functions = createRoute({
    getParentRoute: () => root,
    path: '/functions',
    component: lazyRouteComponent(() => import('./functions/functions-page.tsx'), 'FunctionsPage'),
  })
  const oneFunction = createRoute({
    getParentRoute: () => root,
    path: '/functions/$name',
    component: lazyRouteComponent(() => import('./functions/function-page.tsx'), 'FunctionPage'),
  })
  const anyId = createRoute({
    getParentRoute: () => root,
    path: '/i/$id',
    beforeLoad({ params }) {
      // oxlint-disable-next-line typescript/only-throw-error -- how the router is told to go elsewhere
      throw redirect({ to: '/logs/$id', params, replace: true })
    },
  })
  return createRouter({
    routeTree: root.addChildren([home, logs, inference, functions, oneFunction, anyId]),
    basepath: '/ui',
    defaultErrorComponent: PageError,
    defaultPreload: 'intent',
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: writeSearch,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}

function readLogSearch(search: Record<string, unknown>): LogSearch {
  return {
    q: readText(search['q']),
    window: readText(search['window']),
    from: readNumber(search['from']),
    to: readNumber(search['to']),
    peek: readText(search['peek']),
  }
}

function readInferenceSearch(search: Record<string, unknown>): InferenceSearch {
  return { q: readText(search['q']), tab: readText(search['tab']) }
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readNumber(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN)
  return Number.isFinite(number) ? number : undefined
}

/** Leaves the query grammar readable in the address bar. */
function writeSearch(search: Record<string, unknown>): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    const isSet = typeof value === 'number' || (typeof value === 'string' && value !== '')
    if (isSet) pairs.set(name, `${value}`)
  }
  const text = pairs.toString().replaceAll('%3A', ':')
  return text === '' ? '' : `?${text}`
}
