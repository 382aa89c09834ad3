/** The bytes of a `data:` URL's escaped text; text that is escaped wrongly stays as it is. */
export function unescapedText(text: string): Buffer {
  try {
    return Buffer.from(decodeURIComponent(text))
  } catch {
    return Buffer.from(text)
  }
}
