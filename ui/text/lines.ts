/** A line this long is shown in pieces, so that no single row is too heavy to lay out. */
const MAX_LINE = 2_000

export interface Line {
  /** Null for the following pieces of a long line. */
  readonly number: number | null
  readonly text: string
}

export function linesOf(text: string): Line[] {
  const lines: Line[] = []
  for (const [index, line] of text.split(/\r\n|[\n\r]/).entries()) {
    lines.push({ number: index + 1, text: line.slice(0, MAX_LINE) })
    for (let at = MAX_LINE; at < line.length; at += MAX_LINE) {
      lines.push({ number: null, text: line.slice(at, at + MAX_LINE) })
    }
  }
  return lines
}
