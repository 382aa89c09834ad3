import type { Target } from '../config/config.ts'
import { type BodyPatch, type HeaderPatch, isFor, type PatchFilter } from '../domain/patch.ts'
import type { JsonObject } from '../lib/json.ts'
import type { ModelCall } from './ask.ts'
import { patchJson } from './patches.ts'

/**
 * What another gateway is told beside the request, so that it treats it as this one would: `shown`
 * with the credentials left out, for the record.
 */
export function relayFields(
  ask: ModelCall,
  target: Target,
): { all: JsonObject; shown: JsonObject } {
  const tags = Object.entries(ask.tags ?? {}).filter(([name]) => !name.startsWith('tensorzero::'))
  const secrets = [...ask.credentials].map(([name, secret]) => [name, secret.reveal()] as const)
  const shown: JsonObject = {
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
    ...(ask.cache && { cache_options: cacheJson(ask.cache) }),
    ...patchesOf(ask, target),
    ...(ask.include?.rawResponse === true && !ask.stream && { include_raw_response: true }),
    ...(ask.include?.rawUsage === true && !ask.stream && { include_raw_usage: true }),
  }
  if (secrets.length === 0) return { all: shown, shown }
  return { all: { ...shown, credentials: Object.fromEntries(secrets) }, shown }
}

/** In the dialect of OpenAI the same fields have a prefix; only some of them mean something there. */
export function relayFieldsOfOpenai(
  ask: ModelCall,
  target: Target,
): { all: JsonObject; shown: JsonObject } {
  const { all, shown } = relayFields(ask, target)
  return { all: prefixed(all), shown: prefixed(shown) }
}

function prefixed(fields: JsonObject): JsonObject {
  const known = Object.entries(fields).filter(([name]) =>
    ['credentials', 'cache_options', 'include_raw_response'].includes(name),
  )
  return Object.fromEntries(known.map(([name, value]) => [`tensorzero::${name}`, value]))
}

function cacheJson({ mode, maxAgeS }: NonNullable<ModelCall['cache']>): JsonObject {
  return { enabled: mode, ...(maxAgeS !== null && { max_age_s: maxAgeS }) }
}

/** The changes that are meant for this variant and model, for whichever of its providers. */
function patchesOf(ask: ModelCall, { model }: Target): JsonObject {
  const variant = ask.variant?.name ?? model
  const fits = (patch: PatchFilter) =>
    isFor(patch, { variant, model, provider: patch.providerName ?? '' })
  const body = [...(ask.variant?.extraBody ?? []), ...ask.extraBody.filter(fits)]
  const headers = [...(ask.variant?.extraHeaders ?? []), ...ask.extraHeaders.filter(fits)]
  return {
    ...(body.length > 0 && { extra_body: body.map(withoutVariant) }),
    ...(headers.length > 0 && { extra_headers: headers.map(withoutVariant) }),
  }
}

/** There it is a model without a function. */
function withoutVariant(patch: BodyPatch | HeaderPatch): JsonObject {
  const { variant_name: _resolved, ...rest } = patchJson(patch)
  return rest
}
