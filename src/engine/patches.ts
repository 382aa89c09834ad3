import type { Config, Model, Target } from '../config/config.ts'
import type { FunctionConfig } from '../config/functions.ts'
import { GatewayError } from '../domain/errors.ts'
import {
  type BodyPatch,
  type HeaderPatch,
  isFor,
  type PatchFilter,
  type PatchPlace,
} from '../domain/patch.ts'
import { deletePointer, writePointer } from '../domain/pointer.ts'
import type { JsonObject } from '../lib/json.ts'
import type { ScriptPatches } from '../providers/provider.ts'
import type { Ask, ModelCall, VariantCall } from './ask.ts'

/** All changes for a target: the variant's word first, the client's last, and the last one wins. */
export function allPatches<Key extends 'extraBody' | 'extraHeaders'>(
  ask: Pick<ModelCall, Key | 'variant'>,
  target: Pick<Target, Key | 'name' | 'model'>,
  key: Key,
): ModelCall[Key][number][] {
  if (!ask.variant && target[key].length === 0 && ask[key].length === 0) return []
  const place = placeOf(ask.variant, target)
  const own = ask[key].filter((patch) => isFor(patch, place))
  return [...(ask.variant?.[key] ?? []), ...target[key], ...own]
}

/** A model that is named without a function is its own variant, as in the record. */
function placeOf(
  variant: VariantCall | undefined,
  { model, name }: Pick<Target, 'name' | 'model'>,
): PatchPlace {
  return { variant: variant?.name ?? model, model, provider: name }
}

/** The same for a provider that shows them: as they were written, and applied to nothing. */
export function scriptPatches(ask: ModelCall, target: Target): ScriptPatches {
  const place = placeOf(ask.variant, target)
  const mine = (patch: PatchFilter) => isFor(patch, place)
  return {
    variant: {
      body: (ask.variant?.extraBody ?? []).map(patchJson),
      headers: (ask.variant?.extraHeaders ?? []).map(patchJson),
    },
    request: {
      body: ask.extraBody.filter(mine).map(patchJson),
      headers: ask.extraHeaders.filter(mine).map(patchJson),
    },
    body: patchBody({}, allPatches(ask, target, 'extraBody')),
    headers: patchHeaders({}, allPatches(ask, target, 'extraHeaders')),
  }
}

/** A change in the words of TensorZero's API. */
export function patchJson(patch: BodyPatch | HeaderPatch): JsonObject {
  const { variantName, modelName, providerName, ...change } = patch
  return {
    ...(variantName !== undefined && { variant_name: variantName }),
    ...(modelName !== undefined && { model_name: modelName }),
    ...(providerName !== undefined && { provider_name: providerName }),
    ...change,
  }
}

/** Throws `GatewayError` (400) where a change does not fit the body. */
export function patchBody(body: JsonObject, patches: readonly BodyPatch[]): JsonObject {
  let patched = body
  for (const patch of patches) {
    patched =
      'value' in patch
        ? writePointer(patched, patch.pointer, patch.value)
        : deletePointer(patched, patch.pointer)
  }
  return patched
}

export function patchHeaders(
  headers: Readonly<Record<string, string>>,
  patches: readonly HeaderPatch[],
): Record<string, string> {
  const patched = { ...headers }
  for (const patch of patches) {
    const name = patch.name.toLowerCase()
    if ('value' in patch) patched[name] = patch.value
    else delete patched[name]
  }
  return patched
}

/** A change for somebody who does not exist is a mistake. Throws `invalid_request`. */
export function checkFilters(config: Config, model: Model, ask: Ask): void {
  if (ask.extraBody.length === 0 && ask.extraHeaders.length === 0) return
  const lists = { extra_body: ask.extraBody, extra_headers: ask.extraHeaders }
  for (const [key, patches] of Object.entries(lists)) {
    for (const patch of patches) {
      const unknown = unknownIn(patch, config, model)
      if (unknown === null) continue
      const param = `tensorzero::${key}`
      throw new GatewayError('invalid_request', `\`${param}\`: ${unknown}`, { param })
    }
  }
}

function unknownIn(filter: PatchFilter, config: Config, model: Model): string | null {
  const { variantName, modelName } = filter
  if (variantName !== undefined && variantName !== model.name) {
    return `there is no variant \`${variantName}\` here.`
  }
  if (modelName === undefined) return null
  if (!config.model(modelName)) return `there is no model \`${modelName}\`.`
  const has = hasProvider(filter, config)
  return has ? null : `model \`${modelName}\` has no provider \`${filter.providerName}\`.`
}

function hasProvider({ modelName = '', providerName }: PatchFilter, config: Config): boolean {
  if (providerName === undefined) return true
  const targets = config.model(modelName)?.targets ?? []
  return targets.some(({ name, provider }) => provider.relays || name === providerName)
}

/** The same for a function's request, in TensorZero's words. */
export function checkTaskFilters(config: Config, fn: FunctionConfig, ask: Ask): void {
  for (const filter of [...ask.extraBody, ...ask.extraHeaders]) {
    const { variantName, modelName } = filter
    if (variantName !== undefined && !fn.variants.has(variantName)) {
      throw new GatewayError('not_found', `Unknown variant: ${variantName}`)
    }
    if (modelName === undefined) continue
    if (!config.model(modelName)) throw badFilter(`model \`${modelName}\` does not exist.`)
    if (!hasProvider(filter, config)) {
      throw badFilter(`provider \`${filter.providerName}\` not found in model \`${modelName}\`.`)
    }
  }
}

function badFilter(why: string): GatewayError {
  const message = `Invalid inference target: Invalid model provider filter: ${why}`
  return new GatewayError('invalid_request', message)
}
