import { relative } from 'node:path'
import { styleText } from 'node:util'

/** Where something stands in the merged tables: `['models', 'my_gpt_5', 'routing', 1]`. */
export type Path = readonly (string | number)[]

/** One mistake (or doubt) in the configuration, for every reader: terminal, CI, API and page. */
export interface Problem {
  readonly severity: Severity
  /** Stable, for machines: `unknown_key`, `wrong_type` … */
  readonly code: string
  readonly message: string
  /** Relative to the working directory where it lies below it. */
  readonly file: string | null
  /** From 1; columns count UTF-16 units and `endColumn` is the first one after. */
  readonly line: number | null
  readonly column: number | null
  readonly endColumn: number | null
  /** The line with the lines before it and a caret below the fault. */
  readonly frame: string | null
  readonly help: string | null
}

export type Severity = 'error' | 'warning'

/** Every mistake that was found, sorted by file and line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]
  /** The files that the configuration names, as far as it could be read: absolute. */
  readonly referencedFiles: readonly string[]

  constructor(problems: readonly Problem[], referencedFiles: readonly string[] = []) {
    super(problems.map((problem) => formatProblem(problem, { color: false })).join('\n'))
    this.problems = problems
    this.referencedFiles = referencedFiles
  }
}

/** A problem before anyone has looked for its place in the text. */
export interface Finding {
  readonly severity: Severity
  readonly code: string
  readonly message: string
  readonly help: string | null
  readonly place: Place
}

export type Place =
  | { readonly type: 'none' }
  | { readonly type: 'file'; readonly file: string }
  | { readonly type: 'position'; readonly file: string; readonly span: Span }
  /** In `file` if it is named, else in whichever file says it. */
  | {
      readonly type: 'path'
      readonly path: Path
      readonly at: 'key' | 'value'
      readonly file?: string
    }

/** A piece of one line; both columns from 1, the end is the first column after. */
export interface Span {
  readonly line: number
  readonly column: number
  readonly endColumn: number
}

export const NOWHERE: Place = { type: 'none' }

export function atKey(path: Path, file?: string): Place {
  return { type: 'path', path, at: 'key', ...(file !== undefined && { file }) }
}

export function atValue(path: Path): Place {
  return { type: 'path', path, at: 'value' }
}

export function error(
  code: string,
  message: string,
  place: Place,
  help: string | null = null,
): Finding {
  return { severity: 'error', code, message, help, place }
}

export function warning(
  code: string,
  message: string,
  place: Place,
  help: string | null = null,
): Finding {
  return { severity: 'warning', code, message, help, place }
}

/** `models.my_gpt_5."a b"`, as it would stand in a file. */
export function dotted(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const written = /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
    return text === '' ? written : `${text}.${written}`
  }, '')
}

/** A file as people name it: from the working directory where it lies below it. */
export function formatPath(file: string): string {
  const near = relative('', file)
  return near.startsWith('..') ? file : near
}

/** The problem as the terminal shows it: what, where, the lines themselves, and what to do. */
export function formatProblem(problem: Problem, { color }: { readonly color: boolean }): string {
  const paint: Paint = (format, text) =>
    color ? styleText(format, text, { validateStream: false }) : text
  const tint = problem.severity === 'error' ? 'red' : 'yellow'
  const lines = [`${paint(['bold', tint], problem.severity)} ${problem.message}`]
  if (problem.file !== null) lines.push(`  ${paint('blue', '-->')} ${pointAt(problem)}`)
  const frame = problem.frame?.split('\n') ?? []
  lines.push(...frame.map((line) => paintLine(line, tint, paint)))
  if (problem.help !== null) lines.push(`     ${paint('blue', '=')} help: ${problem.help}`)
  return lines.join('\n')
}

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

function pointAt({ file, line, column }: Problem): string {
  return line === null ? `${file}` : `${file}:${line}:${column}`
}

function paintLine(line: string, tint: 'red' | 'yellow', paint: Paint): string {
  const bar = line.indexOf('|') + 1
  const [gutter, text] = [line.slice(0, bar), line.slice(bar)]
  return paint('blue', gutter) + (/\d/.test(gutter) ? text : paint(tint, text))
}
