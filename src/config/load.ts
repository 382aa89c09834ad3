import type { Provider } from '../providers/provider.ts'
import { checkEmbeddings } from './check-embeddings.ts'
import { checkFunctions } from './check-functions.ts'
import { checkRules } from './check.ts'
import type { Config, Model } from './config.ts'
import { createFunctions } from './create-functions.ts'
import type { Environment } from './credentials.ts'
import { readFromDisk, readSources } from './files.ts'
import type { ReadFile, Sources } from './files.ts'
import { readIncludes } from './includes.ts'
import { checkTables } from './issues.ts'
import { mergeSources } from './merge.ts'
import { placeFindings } from './places.ts'
import { ConfigError } from './problems.ts'
import type { Finding, Problem } from './problems.ts'
import { baseOfIncludes, readReferences } from './references.ts'
import { resolveModels } from './resolve.ts'
import {
  checkScopes,
  resolveCache,
  resolveGateway,
  resolveRateLimiting,
  resolveRelay,
  resolveStorage,
} from './resolve-settings.ts'
import { asModel } from './schema-embedding-models.ts'
import { type ConfigFile, createSchema } from './schema.ts'
import { createShortNames } from './short-names.ts'
import { hashSnapshot, toSnapshot } from './snapshot.ts'
import { type Source, type Table, type TextFile } from './toml.ts'
import { type DefaultsByType, findDefaults } from './type-defaults.ts'

export interface LoadOptions {
  /** Paths and glob patterns; none at all means the defaults. */
  readonly sources: readonly string[]
  readonly env: Environment
  readonly providers: readonly Provider[]
  /** Reads configuration and key files; from the disk unless given. */
  readonly readFile?: ReadFile
  /** A key that is not there is no error before it is used. */
  readonly keysLater?: boolean
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
  const early = await reject(read.findings, { files })
  const { table, findings: clashes } = mergeSources(sources)
  const { data: file, findings: misfits } = checkTables(createSchema(options.providers), table)
  const types = options.providers.map(({ type }) => type)
  const findings = [...clashes, ...misfits, ...checkRules({ file, tables: table, types })]
  const readFile = options.readFile ?? readFromDisk
  const from = { file, table, sources, around: { env: options.env, readFile } }
  const { relay, findings: keyless } = await resolveRelay(file.gateway, from.around)
  findings.push(...keyless)
  const models = await buildModels(from, { providers: options.providers, relay }, findings)
  const functions = await buildFunctions(from, models, findings)
  const settings = { ...buildSettings(from, findings), relay }
  const { keysLater = false } = options
  const late = await reject(findings, { files, keysLater }, functions.referencedFiles)
  const paths = Object.freeze(files.map(({ file: path }) => path))
  const config = Object.freeze({ files: paths, ...models, ...functions, ...settings })
  return { config, warnings: [...early, ...late] }
}

/** What the parts of a configuration are built from. */
interface From {
  /** What is left of the tables after the schema's check. */
  readonly file: ConfigFile
  /** What was written. */
  readonly table: Table
  readonly sources: readonly Source[]
  readonly around: { readonly env: Environment; readonly readFile: ReadFile }
}

type Models = Pick<Config, 'models' | 'embeddingModels' | 'model' | 'modelNames'>

async function buildModels(
  { file, table, sources, around }: From,
  { providers, relay }: { providers: readonly Provider[]; relay: Config['relay'] },
  findings: Finding[],
): Promise<Models> {
  const defaults = await findDefaults(providers, file.provider_types, around)
  findings.push(...defaults.findings)
  const types: DefaultsByType = defaults.types
  const from = { tables: table, types, around, sources, relay }
  const { models, findings: wrong } = await resolveModels('models', file.models, from)
  const forEmbeddings = Object.entries(file.embedding_models).map(
    ([name, model]) => [name, asModel(model)] as const,
  )
  const embedding = await resolveModels('embedding_models', Object.fromEntries(forEmbeddings), from)
  findings.push(...wrong, ...embedding.findings, ...checkEmbeddings(embedding.models))
  const shortName = createShortNames(types, relay)
  return {
    models,
    embeddingModels: embedding.models,
    model: (name: string) => models.get(name) ?? shortName(name),
    modelNames: Object.freeze([...models.keys()].toSorted()),
  }
}

async function buildFunctions(from: From, models: Models, findings: Finding[]) {
  const { file, table, sources, around } = from
  const { texts, files, findings: unread } = await readReferences(table, sources, around.readFile)
  const basePath = baseOfIncludes(file, sources)
  const includes = await readIncludes(texts.templates(), basePath, around.readFile)
  const snapshot = toSnapshot(table, texts)
  const made = createFunctions({ file, tables: table, texts, includes: includes.texts, snapshot })
  const embeddingModel = (name: string): Model | undefined =>
    models.embeddingModels.get(name) ?? models.model(name)
  const namespaces = [...models.models].flatMap(([name, { namespace }]) =>
    namespace === null ? [] : [[name, namespace] as const],
  )
  const named = {
    tables: table,
    model: models.model,
    embeddingModel,
    namespaces: new Map(namespaces),
  }
  findings.push(...unread, ...includes.findings, ...made.findings)
  findings.push(...checkFunctions(made.functions.functions, made.places, named))
  return {
    ...made.functions,
    referencedFiles: Object.freeze([...files, ...includes.files]),
    tables: snapshot,
    includes: Object.freeze(Object.fromEntries(includes.texts)),
    hash: hashSnapshot(snapshot, includes.texts),
  }
}

function buildSettings({ file, around }: From, findings: Finding[]) {
  const storage = resolveStorage(file.object_storage, around.env)
  const rateLimiting = resolveRateLimiting(file.rate_limiting)
  findings.push(...storage.findings, ...checkScopes(rateLimiting))
  return {
    gateway: resolveGateway(file.gateway, file),
    cache: resolveCache(file.gateway),
    objectStorage: storage.objectStorage,
    rateLimiting,
  }
}

/** Throws if there is an error among the findings; else what there is are warnings. */
async function reject(
  findings: readonly Finding[],
  { files, keysLater }: { readonly files: readonly TextFile[]; readonly keysLater?: boolean },
  referencedFiles: readonly string[] = [],
): Promise<Problem[]> {
  const counting = findings.filter(({ code }) => !keysLater || code !== 'missing_credential')
  const problems = await placeFindings(counting, files)
  if (problems.some(({ severity }) => severity === 'error')) {
    throw new ConfigError(problems, referencedFiles)
  }
  return problems
}
