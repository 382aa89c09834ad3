import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import { providers } from '../providers/index.ts'
import { checkUp, type Finding } from '../store/sqlite/checkup.ts'
import { salvage } from '../store/sqlite/salvage.ts'
import type { Arguments, Env } from './arguments.ts'
import { readBind } from './bind.ts'
import { formatOf, noWords } from './command.ts'
import { configSources } from './environment.ts'

/** `weir doctor`: true when nothing has failed; warnings do not count. */
export async function doctor(
  args: Arguments,
  env: Env,
  { dataDir, now }: { readonly dataDir: string; readonly now: number },
): Promise<{ text: string; healthy: boolean }> {
  noWords(args.words)
  const format = formatOf(args.words, ['pretty', 'json'])
  if (args.words.salvage !== null) return salvaged(dataDir, resolve(args.words.salvage))
  const store = checkUp(dataDir, now)
  const running = store.some(({ about, detail }) => about === 'gateway' && detail.startsWith('One'))
  const findings = [
    {
      about: 'node',
      state: 'ok',
      detail: `${process.version}, SQLite ${process.versions['sqlite']}`,
    },
    ...(await configFindings(args, env, running)),
    ...store,
  ] satisfies Finding[]
  const healthy = findings.every(({ state }) => state !== 'fail')
  const text = format === 'json' ? `${JSON.stringify(findings, null, 2)}\n` : pretty(findings)
  return { text, healthy }
}

function salvaged(dataDir: string, damaged: string): { text: string; healthy: boolean } {
  const { read, added, lost, others } = salvage(dataDir, damaged)
  const text =
    `${read} requests read, ${added} of them added, ${lost} do not read; ` +
    `${others} pieces of feedback and documents read\n`
  return { text, healthy: true }
}

function pretty(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length))
  const lines = findings.map(
    ({ about, state, detail }) => `${state.padEnd(4)}  ${about.padEnd(width)}  ${detail}\n`,
  )
  return lines.join('')
}

async function configFindings(args: Arguments, env: Env, running: boolean): Promise<Finding[]> {
  try {
    const sources = configSources(args)
    const { config } = await loadConfig({ sources, env, providers })
    const files = config.files.length === 0 ? 'the defaults' : config.files.join(', ')
    const missing = new Set(
      [...config.models.values()].flatMap(({ targets }) =>
        targets.flatMap(({ credential }) =>
          credential.type === 'missing' ? credential.message : [],
        ),
      ),
    )
    const bind = readBind(args.bindAddress, config.gateway.bindAddress)
    return [
      { about: 'config', state: 'ok', detail: `${files}, ${config.models.size} models` },
      ...[...missing].map((detail) => ({ about: 'keys', state: 'warn', detail }) as const),
      await portFinding(bind, running),
    ]
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    return thrown.problems.map(({ message }) => ({
      about: 'config',
      state: 'fail',
      detail: `${message} (weir check says where)`,
    }))
  }
}

async function portFinding(
  { host, port }: { readonly host: string; readonly port: number },
  running: boolean,
): Promise<Finding> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
    return { about: 'port', state: 'ok', detail: `${host}:${port} is free.` }
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    if (running) return { about: 'port', state: 'ok', detail: `${host}:${port} is in use.` }
    return { about: 'port', state: 'warn', detail: `${host}:${port} cannot be used: ${why}.` }
  } finally {
    server.close()
  }
}
