/** JSON for a text column; half characters become U+FFFD, as no UTF-8 text can hold them. */
export function wellFormedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed() : inner,
  )
}
