import type { Json } from '../lib/json.ts'

/** Whom a request's own change is for; without any of these, for everyone. */
export interface PatchFilter {
  readonly variantName?: string
  readonly modelName?: string
  /** Of that model. */
  readonly providerName?: string
}

/** A change to an outgoing body, by JSON pointer (RFC 6901; `/a/-` appends). TensorZero's `extra_body`. */
export type BodyPatch = PatchFilter &
  (
    | { readonly pointer: string; readonly value: Json }
    | { readonly pointer: string; readonly delete: true }
  )

/** A change to the outgoing headers. TensorZero's `extra_headers`. */
export type HeaderPatch = PatchFilter &
  (
    | { readonly name: string; readonly value: string }
    | { readonly name: string; readonly delete: true }
  )

/** Where a request is about to go. */
export interface PatchPlace {
  readonly variant: string
  readonly model: string
  readonly provider: string
}

export function isFor({ variantName, modelName, providerName }: PatchFilter, to: PatchPlace) {
  if (variantName !== undefined && variantName !== to.variant) return false
  if (modelName !== undefined && modelName !== to.model) return false
  return providerName === undefined || providerName === to.provider
}
