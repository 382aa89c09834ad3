import type { Config, Model, Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { isFor, type PatchFilter, type PatchPlace } from '../domain/patch.ts'
import type { Ask } from './ask.ts'

/** Those of a request's own changes that are for this target. */
export function patchesFor<Patch extends PatchFilter>(
  patches: readonly Patch[],
  target: Target,
): Patch[] {
  return patches.filter((patch) => isFor(patch, placeOf(target)))
}

/** A model that is named without a function is its own variant, as in the record. */
function placeOf({ model, name }: Target): PatchPlace {
  return { variant: model, model, provider: name }
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
