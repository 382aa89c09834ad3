import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { Arguments, Env } from './arguments.ts'

/** The environment, and what a `.env` file here adds to it. */
export function loadDotEnv(env: Env): Env {
  if (!existsSync('.env')) return env
  return { ...parseEnv(readFileSync('.env', 'utf8')), ...env }
}

/** Names of configuration files that are used without being named. */
const USUAL_FILES = ['weir.toml', 'tensorzero.toml', 'config/tensorzero.toml']

export function configSources(args: Arguments): readonly string[] {
  if (args.defaultConfig) return []
  if (args.configFiles.length > 0) return args.configFiles
  return USUAL_FILES.filter((file) => existsSync(file)).slice(0, 1)
}

/** Where records are kept: told, or the place that the XDG base directory specification names. */
export function dataDirectory(args: Arguments, env: Env): string {
  if (args.dataDir !== null) return resolve(args.dataDir)
  const base = env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'share')
  return join(base, 'weir')
}
