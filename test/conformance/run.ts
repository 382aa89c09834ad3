import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { JsonObject } from '../../src/lib/json.ts'
import { startGateway } from '../support/gateway.ts'
import { startUpstream, type Step } from '../support/upstream.ts'
import { check } from './check.ts'
import { DIALECTS } from './clients.ts'
import { proveEach } from './each.ts'
import { bytesOf, loadRecordings, type Recording, typeOf } from './recording.ts'
import {
  markdown,
  operationTable,
  type OperationResult,
  proofLines,
  type Result,
  table,
} from './report.ts'
import { checkOperation } from './operations/check.ts'
import { operationRoute } from './operations/routes.ts'
import { type Route, routeOf } from './targets.ts'

const { values } = parseArgs({
  options: {
    recordings: { type: 'string' },
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    cuts: { type: 'string', default: '10000' },
    'write-docs': { type: 'boolean', default: false },
  },
})
const folder = values.recordings ?? join(import.meta.dirname, '../../../shared/recordings')
if (!existsSync(folder)) throw new Error(`There are no recordings at ${folder}.`)
const recordings = loadRecordings(folder).filter(({ id }) => id.includes(values.only))

await using upstream = await startUpstream(({ path }) => {
  const recording = recordings[Number(/\/r\/(\d+)\//.exec(path)?.[1])]
  return recording ? play(recording) : [{ end: true }]
})

/** The recorded answer, its body cut anywhere. */
function play(recording: Recording): Step[] {
  const bytes = bytesOf(recording)
  const head = `HTTP/1.1 ${recording.status} X\r\ncontent-type: ${typeOf(recording)}\r\nconnection: close\r\n\r\n`
  const steps: Step[] = [{ send: head }]
  for (let at = 0, number = 0; at < bytes.length; number++) {
    const size = recording.chunk_sizes?.[number] ?? 97 + ((number * 61) % 1301)
    steps.push({ send: bytes.subarray(at, at + size) })
    at += size
  }
  return [...steps, { end: true }]
}

const baseOf = (number: number) => `http://127.0.0.1:${upstream.port}/r/${number}/`
const operations = recordings.map((recording, number) => operationRoute(recording, baseOf(number)))
const routes = recordings.map(
  (recording, number) => operations[number] ?? routeOf(recording, baseOf(number)),
)
const toml = routes.flatMap((route, number) => ('toml' in route ? [modelOf(route, number)] : []))

function modelOf({ toml: provider }: Pick<Route, 'toml'>, number: number): string {
  return `[models.r${number}]\nrouting = ["p"]\n[models.r${number}.providers.p]\n${provider}\n`
}

await using gateway = await startGateway(toml.join('\n'))
const results: Result[] = []
const operated: OperationResult[] = []
const skipped: { id: string; api: string; reason: string }[] = []
for (const [number, recording] of recordings.entries()) {
  const route = routes[number]
  if (!route || 'reason' in route) {
    skipped.push({ id: recording.id, api: recording.api, reason: route?.reason ?? '' })
    continue
  }
  if ('clients' in route) {
    for (const client of route.clients) {
      const model = `r${number}`
      const failure = await checkOperation({ gateway, upstream, recording, route, client, model })
      operated.push({ recording, client, own: route.own === client, failure })
    }
    continue
  }
  for (const dialect of DIALECTS) {
    const failure = await check({
      gateway,
      upstream,
      recording,
      route,
      dialect,
      model: `r${number}`,
    })
    results.push({ recording, dialect, own: route.own === dialect, failure })
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${number + 1}/${recordings.length}`)
}

const playable = recordings.flatMap((recording, number) => {
  const route = routes[number]
  return route && 'toml' in route && !('clients' in route) ? [{ recording, route }] : []
})
const proven = await proveEach(playable, Number(values.cuts))
const unproven = proven.proofs.filter(({ failure }) => failure !== null)

const failures = results.filter(({ failure }) => failure !== null)
const failedOperations = operated.filter(({ failure }) => failure !== null)
if (values.json) {
  const lines: JsonObject[] = results.map(({ recording, dialect, own, failure }) => ({
    id: recording.id,
    dialect,
    own,
    failure,
  }))
  const others = operated.map(({ recording: { id }, ...result }) => ({ id, ...result }))
  const report = { results: lines, operations: others, proofs: proven.proofs, skipped }
  process.stdout.write(`${JSON.stringify(report)}\n`)
} else {
  process.stdout.write(`${table(results)}\n\n${operationTable(operated)}\n`)
  for (const { recording, dialect, failure } of failures) {
    process.stdout.write(`FAIL ${recording.id} as ${dialect}: ${failure}\n`)
  }
  for (const { recording, client, failure } of failedOperations) {
    process.stdout.write(`FAIL ${recording.id} by ${client}: ${failure}\n`)
  }
  for (const { proof, id, dialect, failure } of unproven) {
    process.stdout.write(`FAIL ${proof} ${id} ${dialect}: ${failure}\n`)
  }
  process.stdout.write(`${proofLines(proven).join('\n')}\n`)
  process.stdout.write(`${skipped.length} recordings of other APIs were not played\n`)
}
if (values['write-docs']) {
  const page = join(import.meta.dirname, '../../docs/conformance.md')
  writeFileSync(page, markdown({ results, operated, skipped, proven }))
}
const failed = failures.length + failedOperations.length + unproven.length
const passed = results.length + operated.length + proven.proofs.length - failed
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0
