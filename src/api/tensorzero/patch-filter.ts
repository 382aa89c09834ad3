import type { z } from 'zod'
import type { PatchFilter } from '../../domain/patch.ts'

/** Whom a change is for, in TensorZero's words. */
export interface WrittenFilter {
  readonly variant_name?: string | undefined
  readonly model_name?: string | undefined
  readonly provider_name?: string | undefined
  /** The older way to name a provider: `tensorzero::model_name::M::provider_name::P`. */
  readonly model_provider_name?: string | undefined
}

/** The same in our words. What makes no sense together is an issue. */
export function readFilter(written: WrittenFilter, context: z.core.$RefinementCtx): PatchFilter {
  const filter = filterOf(written)
  if (typeof filter !== 'string') return filter
  context.addIssue({ code: 'custom', message: filter })
  return {}
}

const FULL_NAME = /^tensorzero::model_name::(.+)::provider_name::(.+)$/s

function filterOf(written: WrittenFilter): PatchFilter | string {
  const { variant_name: variantName, model_name: modelName, provider_name: providerName } = written
  const full = written.model_provider_name
  const ways = [variantName, modelName, full].filter((name) => name !== undefined)
  if (ways.length > 1) {
    return 'give one of `variant_name`, `model_name` and `model_provider_name`'
  }
  if (providerName !== undefined && modelName === undefined) {
    return '`provider_name` needs `model_name`'
  }
  if (full !== undefined) {
    const [, model, provider] = FULL_NAME.exec(full) ?? []
    if (model !== undefined && provider !== undefined) {
      return { modelName: model, providerName: provider }
    }
    return '`model_provider_name` is written `tensorzero::model_name::MODEL::provider_name::PROVIDER`'
  }
  return {
    ...(variantName !== undefined && { variantName }),
    ...(modelName !== undefined && { modelName }),
    ...(providerName !== undefined && { providerName }),
  }
}
