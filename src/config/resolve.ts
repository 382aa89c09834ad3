import type { Credential, Model, Relay, Target } from './config.ts'
import { findCredential, findSetting } from './credentials.ts'
import type { Surroundings } from './credentials.ts'
import { valueAt } from './issues.ts'
import { atKey, atValue, dotted, error } from './problems.ts'
import type { Finding, Path } from './problems.ts'
import { readProviderFiles } from './provider-files.ts'
import { CommonProvider } from './schema-models.ts'
import type { ConfigFile } from './schema.ts'
import { needsNoBase, toRelayTarget, toRetries, toTarget, toTimeouts } from './target.ts'
import type { Source, Table } from './toml.ts'
import { withSlash } from './type-defaults.ts'
import type { DefaultsByType, TypeDefaults } from './type-defaults.ts'

export interface Resolved {
  readonly models: ReadonlyMap<string, Model>
  readonly findings: readonly Finding[]
}

/** What the models are resolved with. */
export interface Resources {
  /** What was written, to tell what nobody gave from what was given wrongly. */
  readonly tables: Table
  readonly types: DefaultsByType
  readonly around: Surroundings
  /** Paths count from the file that says them. */
  readonly sources: readonly Source[]
  /** Whom to ask in place of the providers; null: the providers. */
  readonly relay: Relay | null
}

/**
 * Turns every name, address and key location of the models in a table into the thing itself. What is
 * wrong with their names and routing is another's to say.
 */
export async function resolveModels(
  table: 'models' | 'embedding_models',
  models: ConfigFile['models'],
  resources: Resources,
): Promise<Resolved> {
  const resolved = new Map<string, Model>()
  const findings: Finding[] = []
  for (const [name, model] of Object.entries(models)) {
    const { relay } = resources
    const targets =
      relay && !model.skip_relay
        ? [toRelayTarget(name, relay)]
        : await resolveTargets(model, { table, model: name, findings }, resources)
    const retries = toRetries(model.retries)
    const timeouts = toTimeouts(model.timeouts)
    resolved.set(
      name,
      Object.freeze({
        name,
        targets: Object.freeze(targets),
        timeouts,
        retries,
        skipRelay: model.skip_relay,
        namespace: model.namespace ?? null,
      }),
    )
  }
  return { models: resolved, findings }
}

async function resolveTargets(
  model: ConfigFile['models'][string],
  place: Omit<TargetPlace, 'name'>,
  resources: Resources,
): Promise<Target[]> {
  const targets: Target[] = []
  for (const name of new Set(model.routing)) {
    const target = await resolveTarget(model.providers[name], { ...place, name }, resources)
    if (target) targets.push(target)
  }
  return targets
}

interface TargetPlace {
  readonly table: string
  readonly model: string
  /** The provider's name in `routing`. */
  readonly name: string
  readonly findings: Finding[]
}

async function resolveTarget(
  entry: Readonly<Record<string, unknown>> | undefined,
  { findings, table, ...names }: TargetPlace,
  { tables, types, around, sources }: Resources,
): Promise<Target | undefined> {
  const defaults = types.get(String(entry?.['type']))
  if (entry === undefined || defaults === undefined) return undefined
  const { provider } = defaults
  const common = CommonProvider.parse(entry)
  const location = common.api_key_location ?? common.credential_location
  const credential = fitting(
    location === undefined ? defaults.credential : await findCredential(location, around),
    provider,
  )
  const apiBase = chooseApiBase(common, defaults)
  const gaps: Gaps = { path: [table, names.model, 'providers', names.name], common, tables }
  if (apiBase === null) findings.push(...withoutAddress(gaps, provider.type))
  if (credential.type === 'missing') findings.push(...withoutKey(gaps, credential))
  const own = Object.keys(provider.fields.shape).map((key) => [key, entry[key]] as const)
  const written = Object.fromEntries(own.filter(([, value]) => value !== undefined))
  const from = { path: gaps.path, sources, readFile: around.readFile }
  const { options, findings: wrong } = await readProviderFiles(provider, written, from)
  findings.push(...wrong)
  const settings = await findSettings(provider, options, around)
  for (const [key, setting] of Object.entries(settings)) {
    if (setting.type === 'missing') findings.push(...withoutSetting(gaps, key, setting))
  }
  const { batchFiles } = defaults
  return toTarget(
    { ...names, provider, apiBase: apiBase ?? '', credential, settings, options, batchFiles },
    common,
  )
}

/** The machine's own cloud credentials are no key for anybody else. */
function fitting(credential: Credential, { auth }: TypeDefaults['provider']): Credential {
  if (credential.type !== 'sdk' || auth.type === 'aws' || auth.type === 'gcp') return credential
  return { type: 'missing', location: 'sdk', message: '`sdk` holds no key for this provider' }
}

async function findSettings(
  { locations = [], locationDefaults = {} }: TypeDefaults['provider'],
  options: Readonly<Record<string, unknown>>,
  around: Surroundings,
): Promise<Record<string, Credential>> {
  const found: Record<string, Credential> = {}
  for (const key of locations) {
    const written = options[key] === undefined ? null : await findSetting(options[key], around)
    if (written && written.type !== 'sdk') {
      found[key] = written
      continue
    }
    const byDefault = locationDefaults[key]
    const usual = byDefault === undefined ? null : await findSetting(byDefault, around)
    if (usual && usual.type !== 'missing') found[key] = usual
    else if (written) found[key] = written
  }
  return found
}

function chooseApiBase(common: CommonProvider, { provider, apiBase }: TypeDefaults): string | null {
  if (provider.script !== undefined) return ''
  if (common.api_base !== undefined) return withSlash(common.api_base)
  return needsNoBase(provider) ? (apiBase ?? '') : apiBase
}

interface Gaps {
  readonly path: Path
  readonly common: CommonProvider
  readonly tables: Table
}

function withoutAddress(gaps: Gaps, type: string): Finding[] {
  const { path } = gaps
  if (isWrong('api_base', gaps)) return []
  const message = `missing key \`api_base\` in [${dotted(path)}]: the type \`${type}\` has no address of its own`
  return [error('missing_key', message, atKey(path), 'api_base = "http://localhost:8000/v1/"')]
}

type Missing = Extract<Credential, { type: 'missing' }>

function withoutKey(gaps: Gaps, { message, location }: Missing): Finding[] {
  const { path, common } = gaps
  if (isWrong('api_key_location', gaps)) return []
  const [, model, , provider] = path
  const remedy = /^(?:env|path_from_env)::/.test(location) ? 'set it' : 'name another location'
  const help = `${remedy}, or remove the provider \`${provider}\` from the model \`${model}\``
  const key = common.api_key_location === undefined ? 'type' : 'api_key_location'
  return [error('missing_credential', message, atValue([...path, key]), help)]
}

function withoutSetting({ path }: Gaps, key: string, { message }: Missing): Finding[] {
  const help = 'set it, or write the value itself'
  return [error('missing_credential', message, atValue([...path, key]), help)]
}

/** Whether the key is there, but was found wrong: then it has been complained about. */
function isWrong(key: 'api_base' | 'api_key_location', { path, common, tables }: Gaps): boolean {
  return common[key] === undefined && valueAt(tables, [...path, key]) !== undefined
}
