/** A row of any engine, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>

/** A number that an integer column keeps exactly and JavaScript can read again. */
export function whole(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value)))
}

export function wholeOrNull(value: number | null): number | null {
  return value === null ? null : whole(value)
}

export function readText(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : wrongType(column, 'text')
}

export function readTextOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : readText(row, column)
}

export function readNumber(row: Row, column: string): number {
  const value = row[column]
  return typeof value === 'number' ? value : wrongType(column, 'a number')
}

export function readNumberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : readNumber(row, column)
}

export function readBytes(row: Row, column: string): Uint8Array {
  const value = row[column]
  return value instanceof Uint8Array ? value : wrongType(column, 'bytes')
}

function wrongType(column: string, wanted: string): never {
  throw new Error(`Column ${column} does not hold ${wanted}.`)
}
