import { resolve } from 'node:path'
import type { z } from 'zod'
import type {
  CacheSettings,
  Gateway,
  ObjectStorage,
  RateLimit,
  RateLimiting,
  RateLimitRule,
  RateLimitScope,
  Relay,
  RetentionSettings,
} from './config.ts'
import { type Environment, findCredential, type Surroundings } from './credentials.ts'
import { atKey, atValue, error, type Finding } from './problems.ts'
import type * as Written from './schema-gateway.ts'
import * as Limits from './schema-limits.ts'
import type * as Stores from './schema-stores.ts'

export function resolveGateway(
  written: Written.Gateway,
  {
    clickhouse,
    postgres,
  }: {
    readonly clickhouse?: z.infer<typeof Stores.Clickhouse> | undefined
    readonly postgres?: z.infer<typeof Stores.Postgres> | undefined
  },
): Gateway {
  return Object.freeze({
    bindAddress: written.bind_address ?? null,
    basePath: written.base_path.replace(/\/+$/, ''),
    debug: written.debug,
    unstableErrorJson: written.unstable_error_json,
    globalTimeoutMs: written.global_outbound_http_timeout_ms,
    maxRequestBytes: written.max_request_bytes,
    durability: written.observability.durability,
    observabilityEnabled: written.observability.enabled ?? true,
    observabilityDemanded: written.observability.enabled === true,
    observabilityBackend: written.observability.backend,
    retention: resolveRetention(written.observability.retention, postgres),
    clickHouseMigrations: !(
      written.observability.disable_automatic_migrations ??
      clickhouse?.disable_automatic_migrations ??
      false
    ),
    batchWrites: batchesOf(written.observability),
    doneAfterError: written.compat.done_after_error,
    onClientDisconnect: written.on_client_disconnect,
    fetchFiles: written.fetch_and_encode_input_files_before_inference,
    fetchFilesFrom: Object.freeze(written.fetch_files_from),
    infersEpisodes: written.infer_episodes,
    feedbackUnchecked: written.unstable_disable_feedback_target_validation,
  })
}

function resolveRetention(
  { max_days: days, max_bytes: bytes }: Written.Gateway['observability']['retention'],
  postgres: z.infer<typeof Stores.Postgres> | undefined,
): RetentionSettings {
  return Object.freeze({
    maxDays: days === 0 ? null : days,
    maxBytes: bytes === 0 ? null : bytes,
    postgresDays: postgres?.inference_metadata_retention_days ?? null,
    postgresTextDays:
      postgres?.inference_data_retention_days ?? postgres?.inference_retention_days ?? null,
  })
}

function batchesOf({ batch_writes: batches }: Written.Gateway['observability']) {
  if (!batches?.enabled) return null
  return Object.freeze({
    flushMs: batches.flush_interval_ms,
    maxRows: batches.max_rows,
    maxRowsPostgres: batches.max_rows_postgres ?? batches.max_rows,
    capacity: batches.write_queue_capacity ?? null,
  })
}

export function resolveCache({ cache }: Written.Gateway): CacheSettings {
  const { enabled = null, backend, valkey, mode, max_age_s: maxAgeS = null } = cache
  const byDefault = Object.freeze({ mode, maxAgeS })
  return Object.freeze({ enabled, backend, ttlS: valkey.ttl_s, byDefault })
}

/** Null where no address is given. */
export async function resolveRelay(
  { relay }: Written.Gateway,
  around: Surroundings,
): Promise<{ relay: Relay | null; findings: readonly Finding[] }> {
  if (relay?.gateway_url === undefined) return { relay: null, findings: [] }
  const credential = await findCredential(relay.api_key_location, around)
  const place = atValue(['gateway', 'relay', 'api_key_location'])
  const missing =
    credential.type === 'missing' ? [error('missing_credential', credential.message, place)] : []
  return {
    relay: Object.freeze({ gatewayUrl: relay.gateway_url, credential }),
    findings: missing,
  }
}

export interface Stored {
  readonly objectStorage: ObjectStorage | null
  readonly findings: readonly Finding[]
}

export function resolveStorage(
  written: Stores.ObjectStorage | undefined,
  env: Environment,
): Stored {
  if (written === undefined) return { objectStorage: null, findings: [] }
  if (written.type === 'disabled') return { objectStorage: written, findings: [] }
  if (written.type === 'filesystem') {
    const storage = { type: 'filesystem', path: resolve(written.path) } as const
    return { objectStorage: Object.freeze(storage), findings: [] }
  }
  const { endpoint, findings } = findEndpoint(written.endpoint, env)
  const objectStorage: ObjectStorage = Object.freeze({
    type: 's3_compatible',
    bucketName: written.bucket_name ?? null,
    region: written.region ?? null,
    endpoint,
    allowHttp: written.allow_http ?? false,
    prefix: written.prefix ?? '',
  })
  return { objectStorage, findings }
}

function findEndpoint(
  written: string | undefined,
  env: Environment,
): { endpoint: string | null; findings: Finding[] } {
  const name = written?.startsWith('env::') ? written.slice('env::'.length) : undefined
  const endpoint = (name === undefined ? written : env[name]) ?? null
  if (name === undefined || endpoint !== null) return { endpoint, findings: [] }
  const message = `the environment variable ${name} is not set`
  const place = atValue(['object_storage', 'endpoint'])
  return { endpoint, findings: [error('missing_credential', message, place)] }
}

const NANO = 1e9

export function resolveRateLimiting(written: Limits.RateLimiting): RateLimiting {
  return Object.freeze({
    enabled: written.enabled,
    backend: written.backend,
    defaultCostNano: Math.round(written.default_cost * NANO),
    rules: Object.freeze(written.rules.map(toRule)),
  })
}

type WrittenRule = Limits.RateLimiting['rules'][number]

function toRule(written: WrittenRule): RateLimitRule {
  const limits: RateLimit[] = []
  const amounts: Readonly<Record<string, unknown>> = written
  for (const { key, resource, interval } of Limits.LIMITS) {
    const limit = Limits.Amount.optional().parse(amounts[key])
    if (limit === undefined) continue
    const unit = resource === 'cost' ? NANO : 1
    const { capacity, refill_rate: refillRate } =
      typeof limit === 'number' ? { capacity: limit, refill_rate: limit } : limit
    limits.push({
      resource,
      interval,
      capacity: Math.round(capacity * unit),
      refillRate: Math.round(refillRate * unit),
    })
  }
  const priority = written.always === true ? null : (written.priority ?? null)
  return Object.freeze({ priority, limits, scope: written.scope.map(toScope) })
}

function toScope(written: Limits.Scope): RateLimitScope {
  return 'tag_key' in written
    ? { type: 'tag', key: written.tag_key, value: written.tag_value }
    : { type: 'api_key', publicId: written.api_key_public_id }
}

/** Two rules for the very same requests: nobody could say which of them holds. */
export function checkScopes({ rules }: RateLimiting): Finding[] {
  const seen = new Set<string>()
  return rules.flatMap(({ scope }, index) => {
    const text = JSON.stringify(scope.map((item) => JSON.stringify(item)).toSorted())
    if (!seen.has(text)) {
      seen.add(text)
      return []
    }
    const message = 'Duplicate rate limiting config scope: another rule holds for the same requests'
    return [error('duplicate_scope', message, atKey(['rate_limiting', 'rules', index, 'scope']))]
  })
}
