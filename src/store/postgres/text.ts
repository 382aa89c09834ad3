/**
 * PostgreSQL keeps every character but NUL. In our texts it stands as two private ones, of which
 * the first is doubled where it stands for itself.
 */
const MARK = '\u{f0000}'

export function encodeText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  if (!whole.includes('\0') && !whole.includes(MARK)) return whole
  return whole.replaceAll(MARK, `${MARK}1`).replaceAll('\0', `${MARK}0`)
}

export function encodeTextOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : encodeText(text)
}

export function decodeText(text: string): string {
  if (!text.includes(MARK)) return text
  return text.replaceAll(`${MARK}0`, '\0').replaceAll(`${MARK}1`, MARK)
}

/** As `jsonb`, whose texts are kept the same way. */
export function encodeTags(tags: Readonly<Record<string, string>>): string {
  const entries = Object.entries(tags).map(([key, value]) => [encodeText(key), encodeText(value)])
  return JSON.stringify(Object.fromEntries(entries))
}

/** The JSON of a `jsonb` column, which prints every character but control ones as it is. */
export function decodeTags(json: string): string {
  if (!json.includes(MARK)) return json
  return json.replaceAll(`${MARK}0`, String.raw`\u0000`).replaceAll(`${MARK}1`, MARK)
}
