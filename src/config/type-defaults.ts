import type { BatchFiles } from '../providers/batch.ts'
import type { Provider } from '../providers/provider.ts'
import type { Credential } from './config.ts'
import { findCredential } from './credentials.ts'
import type { Environment, Surroundings } from './credentials.ts'
import { error, NOWHERE } from './problems.ts'
import type { Finding } from './problems.ts'
import { CredentialLocation, isHttpUrl } from './schema-common.ts'
import type { ProviderType } from './schema-models.ts'
import type { ConfigFile } from './schema.ts'

/** A type of provider with all that holds for its providers unless they say otherwise. */
export interface TypeDefaults {
  readonly provider: Provider
  /** Null where every provider must name its own. */
  readonly apiBase: string | null
  readonly credential: Credential
  readonly batchFiles: BatchFiles | null
}

/** By type. Short names live on these alone; configured providers may depart from them. */
export type DefaultsByType = ReadonlyMap<string, TypeDefaults>

export interface Defaults {
  readonly types: DefaultsByType
  readonly findings: readonly Finding[]
}

export async function findDefaults(
  providers: readonly Provider[],
  configured: ConfigFile['provider_types'],
  around: Surroundings,
): Promise<Defaults> {
  const types = new Map<string, TypeDefaults>()
  const findings: Finding[] = []
  for (const provider of providers) {
    const { api_base: inFile, defaults, batch } = configured[provider.type] ?? {}
    const inEnv = readAddress(provider.type, around.env, findings)
    const apiBase = inEnv ?? inFile ?? provider.apiBase
    const location = defaults?.api_key_location ?? defaults?.credential_location
    const credential = location ?? CredentialLocation.parse(provider.credential)
    types.set(provider.type, {
      provider,
      apiBase: apiBase === undefined ? null : withSlash(apiBase),
      credential: await findCredential(credential, around),
      batchFiles: toBatchFiles(batch),
    })
  }
  return { types, findings }
}

function toBatchFiles(batch: ProviderType['batch']): BatchFiles | null {
  const { input_uri_prefix: inputPrefix, output_uri_prefix: outputPrefix } = batch ?? {}
  if (batch?.storage_type !== 'cloud_storage') return null
  if (inputPrefix === undefined || outputPrefix === undefined) return null
  const { storage_api_base: apiBase } = batch
  return Object.freeze({
    inputPrefix,
    outputPrefix,
    apiBase: apiBase === undefined ? null : withSlash(apiBase),
  })
}

/** An empty variable counts as none: compose files make such of what is not set. */
function readAddress(type: string, env: Environment, findings: Finding[]): string | undefined {
  const variable = `WEIR_${type.toUpperCase()}_API_BASE`
  const address = env[variable]
  if (address === undefined || address === '') return undefined
  if (isHttpUrl(address)) return address
  const message = `the environment variable ${variable} must be an http:// or https:// address`
  findings.push(error('invalid_value', message, NOWHERE))
}

/** Ends with exactly one slash, so that a path can follow. */
export function withSlash(address: string): string {
  return `${address.replace(/\/+$/, '')}/`
}
