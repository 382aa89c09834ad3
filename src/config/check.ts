import { valueAt } from './issues.ts'
import { suggest } from './nearest.ts'
import { atKey, atValue, dotted, error, warning } from './problems.ts'
import type { Finding, Path } from './problems.ts'
import type { Timeouts } from './schema-common.ts'
import { WITHOUT_EFFECT } from './schema.ts'
import type { ConfigFile } from './schema.ts'
import { isTable } from './toml.ts'
import type { Table } from './toml.ts'

/** What the rules look at. */
interface Checking {
  /** What is left of the tables after the schema's check. */
  readonly file: ConfigFile
  /** What was written. */
  readonly tables: Table
  /** The types of provider there are. */
  readonly types: readonly string[]
}

/** The rules that hold between one key and another. */
export function checkRules(checking: Checking): Finding[] {
  const { file, tables, types } = checking
  const globalMs = globalLimit(checking)
  const findings = [...noEffect(tables), ...checkGateway(checking)]
  for (const name of keysAt(tables, ['models'])) findings.push(...checkModelName(name, types))
  for (const [name, model] of Object.entries(file.models)) {
    const path = ['models', name]
    findings.push(...checkRouting(model.routing, path, tables))
    findings.push(...checkTimeouts(model.timeouts, [...path, 'timeouts'], globalMs))
    for (const [provider, { timeouts }] of Object.entries(model.providers)) {
      const place = [...path, 'providers', provider, 'timeouts']
      findings.push(...checkTimeouts(timeouts, place, globalMs))
    }
  }
  for (const [name, model] of Object.entries(file.embedding_models)) {
    findings.push(...checkEmbeddingModel(model, ['embedding_models', name], tables, globalMs))
  }
  for (const [name, { variants }] of Object.entries(file.functions)) {
    for (const [variant, { timeouts }] of Object.entries(variants)) {
      const place = ['functions', name, 'variants', variant, 'timeouts']
      findings.push(...checkTimeouts(timeouts, place, globalMs))
    }
  }
  return findings
}

function checkEmbeddingModel(
  { routing, providers, timeout_ms: own }: ConfigFile['embedding_models'][string],
  path: Path,
  tables: Table,
  globalMs: number,
): Finding[] {
  const limits = Object.entries(providers).map(
    ([name, { timeout_ms: limit }]) => [[...path, 'providers', name], limit] as const,
  )
  const tooLong = [[path, own] as const, ...limits].flatMap(([table, limit]) =>
    limit !== undefined && limit > globalMs
      ? [aboveGlobal([...table, 'timeout_ms'], limit, globalMs)]
      : [],
  )
  return [...checkRouting(routing, path, tables), ...tooLong]
}

/** One that was written wrongly, and taken out, is no measure for the others. */
function globalLimit({ file, tables }: Checking): number {
  const key = 'global_outbound_http_timeout_ms'
  const written = valueAt(tables, ['gateway', key])
  const limit = file.gateway[key]
  return written === undefined || written === limit ? limit : Infinity
}

function noEffect(tables: Table): Finding[] {
  return WITHOUT_EFFECT.filter((path) => isSwitchedOn(valueAt(tables, path))).map((path) => {
    const name = path.length === 1 ? `[${dotted(path)}]` : `\`${dotted(path)}\``
    return warning(
      'no_effect',
      `${name} is accepted, but this version does not use it yet`,
      atKey(path),
    )
  })
}

function isSwitchedOn(value: unknown): boolean {
  if (isTable(value)) return value['enabled'] !== false
  return value !== undefined && value !== false
}

function checkGateway({ file, tables }: Checking): Finding[] {
  const { auth, observability } = file.gateway
  const findings: Finding[] = []
  const path = ['gateway', 'observability']
  if (auth.enabled) {
    const message = 'this version cannot check API keys yet, so it would let everybody in'
    const help = 'remove it, and let only trusted callers reach the gateway'
    findings.push(error('unsupported', message, atKey(['gateway', 'auth', 'enabled']), help))
  }
  if (observability.async_writes && observability.batch_writes?.enabled) {
    const message = '`batch_writes` and `async_writes` cannot both be enabled'
    findings.push(error('conflict', message, atKey([...path, 'batch_writes', 'enabled'])))
  }
  const migrations = 'disable_automatic_migrations'
  const isOld = observability.disable_automatic_migrations !== undefined
  if (isOld && valueAt(tables, ['clickhouse', migrations]) !== undefined) {
    const message = `\`${migrations}\` is set here and in [clickhouse]`
    findings.push(
      error('conflict', message, atKey([...path, migrations]), 'keep the one in [clickhouse]'),
    )
  }
  return findings
}

function checkModelName(name: string, types: readonly string[]): Finding[] {
  const place = atKey(['models', name])
  if (name === '') return [error('reserved_name', 'a model needs a name', place)]
  const prefix = ['tensorzero', ...types].find((type) => name.startsWith(`${type}::`))
  if (prefix === undefined) return []
  const message = `the name of a model may not start with \`${prefix}::\``
  return [error('reserved_name', message, place, 'choose another name; callers use it as `model`')]
}

function checkRouting(routing: readonly string[], model: Path, tables: Table): Finding[] {
  const known = keysAt(tables, [...model, 'providers'])
  const findings = routing.flatMap((name, index) => {
    const place = atValue([...model, 'routing', index])
    if (!known.includes(name)) {
      const message = `\`routing\` names the provider \`${name}\`, which [${dotted(model)}] does not have`
      return [error('unknown_provider', message, place, suggest(name, known, 'its providers'))]
    }
    if (routing.indexOf(name) === index) return []
    return [error('duplicate_provider', `\`routing\` names the provider \`${name}\` twice`, place)]
  })
  const unused = known.filter((name) => !routing.includes(name))
  return [...findings, ...(findings.length > 0 ? [] : unused.map((name) => unrouted(name, model)))]
}

function unrouted(name: string, model: Path): Finding {
  const message = `the provider \`${name}\` is never tried: \`routing\` does not name it`
  return warning('unused_provider', message, atKey([...model, 'providers', name]))
}

function checkTimeouts(timeouts: Timeouts | undefined, path: Path, globalMs: number): Finding[] {
  const findings = [timeouts?.non_streaming, timeouts?.streaming].flatMap((limits, index) =>
    Object.entries(limits ?? {}).flatMap(([key, limit]) => {
      const place = [...path, index === 0 ? 'non_streaming' : 'streaming', key]
      return limit !== undefined && limit > globalMs ? [aboveGlobal(place, limit, globalMs)] : []
    }),
  )
  const { ttft_ms: ttft, total_ms: total } = timeouts?.streaming ?? {}
  if (ttft === undefined || total === undefined || total >= ttft) return findings
  const message = `\`total_ms\` (${total}) ends the stream before \`ttft_ms\` (${ttft}) could`
  const place = atValue([...path, 'streaming', 'ttft_ms'])
  return [...findings, warning('pointless_timeout', message, place)]
}

function aboveGlobal(path: Path, limit: number, globalMs: number): Finding {
  const key = 'gateway.global_outbound_http_timeout_ms'
  const message = `\`${path.at(-1)}\` (${limit}) is longer than \`${key}\` (${globalMs})`
  return error('timeout_above_global', message, atValue(path), `lower it, or raise \`${key}\``)
}

function keysAt(tables: Table, path: Path): string[] {
  const table = valueAt(tables, path)
  return isTable(table) ? Object.keys(table) : []
}
