import type { Config, Model, Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { isFor, type PatchFilter, type PatchPlace } from '../domain/patch.ts'
import type { Ask, ModelCall, VariantCall } from './ask.ts'

/** All changes for a target: the variant's word first, the client's last, and the last one wins. */
export function allPatches<Key extends 'extraBody' | 'extraHeaders'>(
  ask: Pick<ModelCall, Key | 'variant'>,
  target: Pick<Target, Key | 'name' | 'model'>,
  key: Key,
): ModelCall[Key][number][] {
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

/** A change for somebody who does not exist is a mistake. Throws `invalid_request`. */
export function checkFilters(config: Config, model: Model, ask: Ask): void {
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
  const { variantName, modelName, providerName } = filter
  if (variantName !== undefined && variantName !== model.name) {
    return `there is no variant \`${variantName}\` here.`
  }
  if (modelName === undefined) return null
  const named = config.model(modelName)
  if (!named) return `there is no model \`${modelName}\`.`
  const has = providerName === undefined || named.targets.some(({ name }) => name === providerName)
  return has ? null : `model \`${modelName}\` has no provider \`${providerName}\`.`
}
