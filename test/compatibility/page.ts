import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A row of TensorZero's behaviour, and where it is proved. */
export interface Row {
  readonly id: string
  readonly area: string
  readonly behaviour: string
  /** Why no test proves it yet; null: one must. */
  readonly reason: string | null
  /** The test files whose titles name it, as paths from the repository's root. */
  readonly tests: readonly string[]
}

const root = join(import.meta.dirname, '../..')
const ROOMS = ['src', 'test', 'bench', 'ui']

/** `rows.txt`, a row a line: id, area, behaviour and, where it is planned, the reason. */
export function readRows(): Row[] {
  const named = namedRows()
  const lines = readFileSync(join(import.meta.dirname, 'rows.txt'), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => {
    const [id = '', area = '', behaviour = '', reason = null] = line.split(' | ')
    return { id, area, behaviour, reason, tests: named.get(id) ?? [] }
  })
}

/** Which files name which rows: titles, of tests and of their cases, begin with `F001 F002 …`. */
function namedRows(): Map<string, string[]> {
  const named = new Map<string, string[]>()
  for (const file of testFiles()) {
    for (const id of rowsIn(readFileSync(join(root, file), 'utf8'))) {
      named.set(id, [...(named.get(id) ?? []), file])
    }
  }
  return named
}

function rowsIn(text: string): Set<string> {
  const titles = [...text.matchAll(/['"`]((?:F\d{3}[ ,]+)+)/g)].map(([, ids = '']) => ids)
  return new Set(titles.flatMap((ids) => ids.match(/F\d{3}/g) ?? []))
}

function testFiles(): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
      .map((file) => `${room}/${file}`),
  ).toSorted()
}

/** `docs/compatibility.md`. */
export function renderPage(rows: readonly Row[]): string {
  const proved = rows.filter(({ tests }) => tests.length > 0).length
  return `${HEAD.replace('PROVED', String(proved)).replace('ALL', String(rows.length))}
| row | area | behaviour | proved by |
| --- | --- | --- | --- |
${rows.map(lineOf).join('\n')}
`
}

const HEAD = `# Compatible with TensorZero

What TensorZero does, row by row, and the tests that prove that Weir does it too: PROVED of ALL
rows. This page is made of \`test/compatibility/rows.txt\` and of the titles of the tests, by
\`npx vitest run --update=true test/compatibility/\`.
`

function lineOf({ id, area, behaviour, reason, tests }: Row): string {
  const proof = tests.map((file) => `[${file}](../${file})`).join(', ')
  return `| ${id} | ${area} | ${behaviour} | ${proof || (reason ?? '**nothing**')} |`
}
