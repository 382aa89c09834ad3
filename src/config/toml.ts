import { parse } from 'smol-toml'
import { isDeeperThan } from '../lib/json.ts'
import { error } from './problems.ts'
import type { Finding, Span } from './problems.ts'

/** A TOML table as parsed: has no prototype, so any key is safe to look up. */
export type Table = Readonly<Record<string, unknown>>

/** A file that was read, whether it is TOML or not. */
export interface TextFile {
  /** Absolute. */
  readonly file: string
  readonly text: string
}

/** A file that is TOML. */
export interface Source extends TextFile {
  readonly table: Table
}

export type Parsed =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly finding: Finding }

/** Deeper tables than anyone writes, and no danger to recursive readers. */
const DEEPEST = 64

export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  )
}

export function parseToml({ file, text }: TextFile): Parsed {
  try {
    const table = parse(text, { unsafeKeyBehaviour: 'throw', maxDepth: DEEPEST })
    if (!isDeeperThan(table, DEEPEST)) return { ok: true, source: { file, text, table } }
    const place = { type: 'file', file } as const
    return { ok: false, finding: error('syntax', 'tables are nested too deeply', place) }
  } catch (thrown) {
    return { ok: false, finding: explain(file, text, thrown) }
  }
}

function explain(file: string, text: string, thrown: unknown): Finding {
  const [first = ''] = String(thrown instanceof Error ? thrown.message : thrown).split('\n')
  const message = `invalid TOML: ${first.replace(/^Invalid TOML document: /, '')}`
  if (!hasPosition(thrown)) return error('syntax', message, { type: 'file', file })
  const line = text.split(/\r?\n/)[thrown.line - 1] ?? ''
  const span = spanOf(line, thrown.line, thrown.column)
  const help = message.endsWith('invalid value') ? advise(line) : null
  return error('syntax', message, { type: 'position', file, span }, help)
}

function hasPosition(thrown: unknown): thrown is { line: number; column: number } {
  return (
    thrown instanceof Error &&
    'line' in thrown &&
    typeof thrown.line === 'number' &&
    'column' in thrown &&
    typeof thrown.column === 'number'
  )
}

/** The parser points at a character; the word that starts there reads better. */
function spanOf(text: string, line: number, column: number): Span {
  const word = /^[\w.:/-]+/.exec(text.slice(column - 1))?.[0] ?? ' '
  return { line, column, endColumn: column + word.length }
}

/** The commonest slip: a string without its quotes. */
function advise(line: string): string | null {
  const bare = /^\s*([\w.-]+)\s*=\s*([A-Za-z./~:][^"'\s#,[\]{}]*)\s*(?:#.*)?$/.exec(line)
  if (bare === null) return null
  return `strings need quotes: ${bare[1]} = "${bare[2]}"`
}
