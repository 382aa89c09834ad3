import { jsonRoute, type Route } from '../../http/route.ts'
import { listFunctions, viewFunction } from '../../ops/functions.ts'
import type { App } from '../app.ts'
import * as contract from './contract-functions.ts'
import { presentFunction, presentSummary } from './present-functions.ts'

const list = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/functions'],
  scope: 'admin',
  summary: 'All functions and how much they were used.',
  result: contract.FunctionList,
  handle: async ({ engine }: App) => ({
    functions: (await listFunctions(engine)).map(presentSummary),
  }),
})

const detail = jsonRoute({
  method: 'GET',
  paths: ['/internal/ui/functions/:name'],
  scope: 'admin',
  summary: 'One function: its variants, their shares, and what metrics say of them.',
  result: contract.FunctionDetail,
  handle: async ({ engine }: App, { params }) =>
    presentFunction(await viewFunction(engine, params['name'] ?? '')),
})

export const functionRoutes: readonly Route<App>[] = [list, detail]
