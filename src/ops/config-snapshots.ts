import { hashSnapshot } from '../config/snapshot.ts'
import type { Config } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { textsOf } from '../domain/workflow-run.ts'
import { asObject, type Json, type JsonObject } from '../lib/json.ts'
import type { Change } from '../store/changes.ts'
import type { StoreClient } from '../store/client.ts'

/** Configurations as they were used, by their hashes. */
const CONFIG_SNAPSHOTS = 'config_snapshot'

export interface ConfigSnapshot {
  /** A decimal number. */
  readonly hash: string
  /** All tables, with each file's text in the place of its path. */
  readonly config: JsonObject
  readonly extraTemplates: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  /** ms since 1970. */
  readonly createdAt: number
  readonly lastUsed: number
}

/** Notes that a configuration is in use from now on. */
export async function keepInUse(stored: StoreClient, config: Config, now: number): Promise<void> {
  await keep(stored, config.hash, {
    config: config.tables,
    extraTemplates: config.includes,
    tags: {},
    now,
  })
}

/** Keeps a configuration that is not in use. Resolves with its hash; tags join those it has. */
export async function writeSnapshot(
  stored: StoreClient,
  given: Pick<ConfigSnapshot, 'config' | 'extraTemplates' | 'tags'>,
  now: number,
): Promise<string> {
  const hash = hashSnapshot(given.config, new Map(Object.entries(given.extraTemplates)))
  await keep(stored, hash, { ...given, now })
  return hash
}

/** Null where there is no such snapshot. */
export async function readSnapshot(
  { reads }: StoreClient,
  hash: string,
): Promise<ConfigSnapshot | null> {
  const document = await reads.document({ collection: CONFIG_SNAPSHOTS, key: hash })
  return document === null ? null : decode(hash, document)
}

export function snapshotNotFound(hash: string): GatewayError {
  return new GatewayError('not_found', `Config snapshot not found for hash: ${hash}`)
}

/** Another store's snapshot: it stays as it is where it is known here already. */
export function importSnapshot(snapshot: ConfigSnapshot): Change {
  const name = { collection: CONFIG_SNAPSHOTS, key: snapshot.hash }
  return { kind: 'claim', ...name, value: encode(snapshot) }
}

async function keep(
  stored: StoreClient,
  hash: string,
  given: Pick<ConfigSnapshot, 'config' | 'extraTemplates' | 'tags'> & { readonly now: number },
): Promise<void> {
  const { now, ...facts } = given
  const name = { collection: CONFIG_SNAPSHOTS, key: hash }
  const fresh = encode({ ...facts, hash, createdAt: now, lastUsed: now })
  const standing = decode(hash, await stored.change({ kind: 'claim', ...name, value: fresh }))
  const tags = { ...standing.tags, ...given.tags }
  const value = encode({ ...standing, tags, lastUsed: now })
  await stored.change({ kind: 'put', ...name, value })
}

function encode({ config, extraTemplates, tags, createdAt, lastUsed }: ConfigSnapshot): Json {
  return {
    config,
    extra_templates: { ...extraTemplates },
    tags: { ...tags },
    created_at: createdAt,
    last_used: lastUsed,
  }
}

function decode(hash: string, document: Json): ConfigSnapshot {
  const json = asObject(document) ?? {}
  return {
    hash,
    config: asObject(json['config']) ?? {},
    extraTemplates: textsOf(json['extra_templates']),
    tags: textsOf(json['tags']),
    createdAt: Number(json['created_at']),
    lastUsed: Number(json['last_used']),
  }
}
