/** A row as ClickHouse tells it in JSON. */
export type Row = Readonly<Record<string, unknown>>

export function readText(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : wrongType(column, 'text')
}

export function readTextOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : readText(row, column)
}

/** 64-bit numbers come unquoted; ours are small enough to be exact. */
export function readNumber(row: Row, column: string): number {
  const value = row[column]
  return typeof value === 'number' ? value : wrongType(column, 'a number')
}

export function readNumberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : readNumber(row, column)
}

function wrongType(column: string, wanted: string): never {
  throw new Error(`Column ${column} does not hold ${wanted}.`)
}

/** JSON for a text column; half characters become U+FFFD, as no UTF-8 text can hold them. */
export function wellFormedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed() : inner,
  )
}

/** A number that an integer column keeps and JavaScript can read again. */
export function whole(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value)))
}

export function wholeOrNull(value: number | null): number | null {
  return value === null ? null : whole(value)
}
