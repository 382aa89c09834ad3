import type { Provider } from '../providers/provider.ts'
import { checkRules } from './check.ts'
import type { Config } from './config.ts'
import type { Environment } from './credentials.ts'
import { readFromDisk, readSources } from './files.ts'
import type { ReadFile, Sources } from './files.ts'
import { checkTables } from './issues.ts'
import { checkFunctions } from './check-functions.ts'
import { createShortNames } from './short-names.ts'
import { createFunctions } from './create-functions.ts'
import { readReferences } from './references.ts'
import { mergeSources } from './merge.ts'
import { placeFindings } from './places.ts'
import { ConfigError } from './problems.ts'
import type { Finding, Problem } from './problems.ts'
import { createConfig, resolveModels } from './resolve.ts'
import { createSchema } from './schema.ts'
import type { TextFile } from './toml.ts'
import { findDefaults } from './type-defaults.ts'

export interface LoadOptions {
  /** Paths and glob patterns; none at all means the defaults. */
  readonly sources: readonly string[]
  readonly env: Environment
  readonly providers: readonly Provider[]
  /** Reads configuration and key files; from the disk unless given. */
  readonly readFile?: ReadFile
}

export interface Loaded {
  readonly config: Config
  readonly warnings: readonly Problem[]
}

/** Loads, checks and resolves a configuration. Throws a `ConfigError` with everything wrong in it. */
export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  return buildConfig(await readSources(options.sources, options.readFile ?? readFromDisk), options)
}

/** The part of loading that comes after the files have been read. */
export async function buildConfig(read: Sources, options: LoadOptions): Promise<Loaded> {
  const { files, sources } = read
  // With a file missing from the whole, most of what could be said of the rest would be untrue.
  await reject(read.findings, files)
  const merged = mergeSources(sources)
  const around = { env: options.env, readFile: options.readFile ?? readFromDisk }
  const checked = checkTables(createSchema(options.providers), merged.table)
  const file = checked.data
  const defaults = await findDefaults(options.providers, file.provider_types, around)
  const resolved = await resolveModels(file.models, {
    tables: merged.table,
    types: defaults.types,
    around,
    sources,
  })
  const named = await readReferences(merged.table, sources, around.readFile)
  const made = createFunctions({
    file,
    tables: merged.table,
    texts: named.texts,
    includes: new Map(),
  })
  const shortName = createShortNames(defaults.types)
  const model = (name: string) => resolved.models.get(name) ?? shortName(name)
  const types = options.providers.map(({ type }) => type)
  const findings = [
    ...merged.findings,
    ...checked.findings,
    ...checkRules({ file, tables: merged.table, types }),
    ...defaults.findings,
    ...resolved.findings,
    ...named.findings,
    ...made.findings,
    ...checkFunctions(made.functions, {
      tables: merged.table,
      model,
      embeddingModel: model,
      namespaces: new Map(),
    }),
  ]
  const warnings = await reject(findings, files)
  const config = createConfig({
    file,
    tables: merged.table,
    files: files.map(({ file: path }) => path),
    models: resolved.models,
    model,
    functions: made.functions,
  })
  return { config, warnings }
}

/** Throws if there is an error among the findings; else what there is are warnings. */
async function reject(
  findings: readonly Finding[],
  files: readonly TextFile[],
): Promise<Problem[]> {
  const problems = await placeFindings(findings, files)
  if (problems.some(({ severity }) => severity === 'error')) throw new ConfigError(problems)
  return problems
}
