import type { Json } from '../lib/json.ts'

/** A change to an outgoing body, by JSON pointer (RFC 6901; `/a/-` appends). TensorZero's `extra_body`. */
export type BodyPatch =
  | { readonly pointer: string; readonly value: Json }
  | { readonly pointer: string; readonly delete: true }

/** A change to the outgoing headers. TensorZero's `extra_headers`. */
export type HeaderPatch =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly delete: true }
