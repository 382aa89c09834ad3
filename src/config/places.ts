import type { AST } from 'toml-eslint-parser'
import { drawFrame } from './frame.ts'
import { formatPath } from './problems.ts'
import type { Finding, Path, Place, Problem, Span } from './problems.ts'
import type { TextFile } from './toml.ts'

/** A file's text by its absolute path. */
type Texts = ReadonlyMap<string, string>

/**
 * Gives every finding its file, line, column and frame, in the order of a reader's eye. Only when
 * there is something to place is the parser with positions loaded: a good start does not need it.
 */
export async function placeFindings(
  findings: readonly Finding[],
  files: readonly TextFile[],
): Promise<Problem[]> {
  if (findings.length === 0) return []
  const texts: Texts = new Map(files.map(({ file, text }) => [file, text]))
  const atlas = findings.some(({ place }) => place.type === 'path') ? await mapSources(texts) : []
  return findings
    .map((finding) => toProblem(finding, locate(finding.place, atlas), texts))
    .toSorted(byPlace)
}

interface Found {
  readonly file: string | null
  readonly span: Span | null
}

function toProblem(finding: Finding, { file, span }: Found, texts: Texts): Problem {
  const { severity, code, message, help } = finding
  const shown = { file: file === null ? null : formatPath(file), help }
  const text = file === null ? undefined : texts.get(file)
  if (span === null || text === undefined) {
    return {
      severity,
      code,
      message,
      ...shown,
      line: null,
      column: null,
      endColumn: null,
      frame: null,
    }
  }
  const exact = withinLine(span, text)
  return { severity, code, message, ...shown, ...exact, frame: drawFrame(text, exact) }
}

function withinLine(span: Span, text: string): Span {
  const line = text.split('\n')[span.line - 1]?.trimEnd() ?? ''
  return {
    ...span,
    endColumn: Math.max(span.column + 1, Math.min(span.endColumn, line.length + 1)),
  }
}

function byPlace(one: Problem, other: Problem): number {
  return (
    (one.file ?? '').localeCompare(other.file ?? '', 'en') ||
    (one.line ?? 0) - (other.line ?? 0) ||
    (one.column ?? 0) - (other.column ?? 0)
  )
}

function locate(place: Place, atlas: readonly FileMap[]): Found {
  switch (place.type) {
    case 'none':
      return { file: null, span: null }
    case 'file':
      return { file: place.file, span: null }
    case 'position':
      return { file: place.file, span: place.span }
    case 'path': {
      const maps = atlas.filter(({ file }) => place.file === undefined || file === place.file)
      return locatePath(place.path, place.at, maps)
    }
  }
}

/** The path's own place, else that of the nearest table around it that some file mentions. */
function locatePath(path: Path, at: 'key' | 'value', maps: readonly FileMap[]): Found {
  for (let length = path.length; length > 0; length--) {
    const name = JSON.stringify(path.slice(0, length))
    for (const { file, spots } of maps) {
      const spot = spots.get(name)
      if (spot === undefined) continue
      const isWhole = length === path.length
      return { file, span: (at === 'value' && isWhole ? spot.value : null) ?? spot.key }
    }
  }
  return { file: maps.length === 1 ? (maps[0]?.file ?? null) : null, span: null }
}

/** Where a key stands, and its value; a table's value is all that follows, so it has none. */
interface Spot {
  readonly key: Span
  readonly value: Span | null
  /** Mentioned only on the way to a deeper table: `[models.this.providers.x]`. */
  readonly passing: boolean
}

interface FileMap {
  readonly file: string
  readonly spots: ReadonlyMap<string, Spot>
}

async function mapSources(texts: Texts): Promise<FileMap[]> {
  const { parseTOML } = await import('toml-eslint-parser')
  return [...texts].map(([file, text]) => {
    const spots: Spots = new Map()
    try {
      mapProgram(parseTOML(text, { tomlVersion: 'latest' }), spots)
    } catch {
      // The two parsers disagree: a message without its line is better than none.
    }
    return { file, spots }
  })
}

function mapProgram(program: AST.TOMLProgram, spots: Spots): void {
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') mapKeyValue(node, [], spots)
    else mapTable(node, spots)
  }
}

type Spots = Map<string, Spot>

function mapTable(table: AST.TOMLTable, spots: Spots): void {
  mapKey(table.key, table.resolvedKey, null, spots)
  for (const pair of table.body) mapKeyValue(pair, table.resolvedKey, spots)
}

function mapKeyValue(pair: AST.TOMLKeyValue, table: Path, spots: Spots): void {
  const path = [...table, ...pair.key.keys.map(nameOf)]
  mapKey(pair.key, path, pair.value, spots)
  mapValue(pair.value, path, spots)
}

function mapValue(value: AST.TOMLContentNode, path: Path, spots: Spots): void {
  if (value.type === 'TOMLInlineTable') {
    for (const pair of value.body) mapKeyValue(pair, path, spots)
  }
  if (value.type !== 'TOMLArray') return
  for (const [index, element] of value.elements.entries()) {
    const span = spanOf(element)
    add(spots, [...path, index], { key: span, value: span, passing: false })
    mapValue(element, [...path, index], spots)
  }
}

/** Notes every part of a dotted key; `path` is the whole of it, with the indexes of `[[lists]]`. */
function mapKey(
  key: AST.TOMLKey,
  path: Path,
  value: AST.TOMLContentNode | null,
  spots: Spots,
): void {
  let length = path.length
  for (const [fromEnd, part] of key.keys.toReversed().entries()) {
    const passing = fromEnd > 0
    const spot = {
      key: spanOf(part),
      value: passing || value === null ? null : spanOf(value),
      passing,
    }
    add(spots, path.slice(0, length), spot)
    while (typeof path[length - 1] === 'number') add(spots, path.slice(0, --length), spot)
    length--
  }
}

function add(spots: Spots, path: Path, spot: Spot): void {
  const name = JSON.stringify(path)
  const present = spots.get(name)
  if (present === undefined || (present.passing && !spot.passing)) spots.set(name, spot)
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

/** What spans lines is underlined to the end of its first. */
function spanOf({ loc: { start, end } }: AST.TOMLNode): Span {
  const column = start.column + 1
  const endColumn = end.line === start.line ? end.column + 1 : Number.MAX_SAFE_INTEGER
  return { line: start.line, column, endColumn }
}
