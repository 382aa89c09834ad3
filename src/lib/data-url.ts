/**
 * The type that a `data:` URL names, '' where it names none, and what stands behind its comma;
 * neither of any other URL.
 */
export function splitDataUrl(url: string): { type: string | undefined; data: string | undefined } {
  const [, type, data] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(url) ?? []
  return { type, data }
}

/** The bytes of a `data:` URL's escaped text; text that is escaped wrongly stays as it is. */
export function unescapedText(text: string): Buffer {
  try {
    return Buffer.from(decodeURIComponent(text))
  } catch {
    return Buffer.from(text)
  }
}
