import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { isUuidV7 } from '../../domain/ids.ts'
import type { BodyPatch, HeaderPatch } from '../../domain/patch.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { Secret } from '../../lib/secret.ts'
import { type Ask, NO_WISHES } from '../../engine/ask.ts'
import { cacheOptions } from '../cache-options.ts'
import * as Field from '../tensorzero/fields.ts'
import { withoutExtra, withUnknownBlocks } from './own-blocks.ts'

/** What a request says in TensorZero's own keys (`tensorzero::…`). */
export interface Extensions {
  /** The request without them, as any OpenAI server would take it; null when it had none. */
  readonly cleaned: JsonObject | null
  /** The same for a provider of another format, for which blocks of its own may come back. */
  readonly whole: JsonObject | null
  readonly episodeId: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly credentials: ReadonlyMap<string, Secret>
  readonly extraBody: readonly BodyPatch[]
  readonly extraHeaders: readonly HeaderPatch[]
  readonly cache: Ask['cache']
  readonly dryrun: boolean
  readonly warnings: readonly string[]
}

export const NO_EXTENSIONS: Extensions = {
  cleaned: null,
  whole: null,
  ...NO_WISHES,
}

const PREFIX = 'tensorzero::'

const Keys = z.object({
  'tensorzero::episode_id': z.string().refine(isUuidV7, 'must be a UUIDv7').nullish(),
  'tensorzero::tags': Field.Tags.refine(
    (tags) => Object.keys(tags).every((key) => !key.startsWith(PREFIX)),
    { error: `Tag name cannot start with '${PREFIX}'` },
  ).nullish(),
  'tensorzero::credentials': Field.Credentials.nullish(),
  'tensorzero::extra_body': Field.BodyPatches.nullish(),
  'tensorzero::extra_headers': Field.HeaderPatches.nullish(),
  'tensorzero::cache_options': Field.CacheOptions.nullish(),
  'tensorzero::dryrun': z.boolean().nullish(),
})
const KNOWN = new Set([
  ...Object.keys(Keys.shape),
  'tensorzero::variant_name',
  'tensorzero::namespace',
  'tensorzero::include_raw_response',
])

/** Reads the `tensorzero::` keys, and says which of them this version does not use. */
export function readExtensions(json: JsonObject): Extensions {
  const data = parseKeys(json)
  const keys = Object.keys(json).filter((key) => key.startsWith(PREFIX))
  const messages = withUnknownBlocks(json['messages'])
  const whole = keys.length > 0 || messages ? withoutKeys(json, messages) : null
  return {
    cleaned: whole && messages ? { ...whole, messages: messages.map(withoutExtra) } : whole,
    whole,
    episodeId: data['tensorzero::episode_id'] ?? null,
    tags: data['tensorzero::tags'] ?? {},
    credentials: secrets(data['tensorzero::credentials'] ?? {}),
    extraBody: data['tensorzero::extra_body'] ?? [],
    extraHeaders: data['tensorzero::extra_headers'] ?? [],
    cache: cacheOptions(data['tensorzero::cache_options']),
    dryrun: data['tensorzero::dryrun'] ?? false,
    warnings: keys
      .filter((key) => !KNOWN.has(key))
      .map((key) => `\`${key}\` is not used by this version`),
  }
}

function parseKeys(json: JsonObject): z.infer<typeof Keys> {
  const { success, data, error } = Keys.safeParse(json)
  if (success) return data
  const [issue] = error.issues
  const param = issue?.path.join('.') ?? ''
  throw new GatewayError('invalid_request', `\`${param}\`: ${issue?.message}.`, { param })
}

function secrets(values: Readonly<Record<string, string>>): ReadonlyMap<string, Secret> {
  return new Map(Object.entries(values).map(([key, value]) => [key, new Secret(value)]))
}

/** A request without TensorZero's keys, and with these messages in place of its own. */
export function withoutKeys(json: JsonObject, messages: readonly Json[] | null): JsonObject {
  const kept = Object.entries(json).filter(([key]) => !key.startsWith(PREFIX))
  const cleaned: JsonObject = Object.fromEntries(kept)
  if (messages) cleaned['messages'] = [...messages]
  return cleaned
}
