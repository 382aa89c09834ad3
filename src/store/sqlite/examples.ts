import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Example, ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import {
  codeOf,
  encodeVector,
  ExampleShelf,
  nameOfSpace,
  nearestOf,
  type SeenExamples,
} from '../example-shelf.ts'
import type { Intern } from './hot-values.ts'
import { readBytes, readNumber, readText } from '../row.ts'
import { encodeId } from './values.ts'

const DIM_KIND = 'examples'

/** The writer's side of the examples. */
export class ExampleWriter {
  readonly #insert: StatementSync
  readonly #insertCode: StatementSync
  readonly #insertVector: StatementSync
  readonly #intern: Intern

  constructor(db: DatabaseSync, intern: Intern) {
    this.#insert = db.prepare(
      `INSERT INTO example (id, space, input, output) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING RETURNING seq`,
    )
    this.#insertCode = db.prepare('INSERT INTO example_code (space, seq, code) VALUES (?, ?, ?)')
    this.#insertVector = db.prepare('INSERT INTO example_vector (seq, vector) VALUES (?, ?)')
    this.#intern = intern
  }

  put(examples: readonly Example[]): number {
    return examples.filter((example) => this.#add(example)).length
  }

  #add(example: Example): boolean {
    const { vector, code } = encodeVector(example.embedding)
    const space = this.#intern(DIM_KIND, nameOfSpace(example))
    const { input, output } = example
    const row = this.#insert.get(encodeId(example.id), space, input, output)
    if (row === undefined) return false
    const seq = readNumber(row, 'seq')
    this.#insertCode.run(space, seq, code)
    this.#insertVector.run(seq, vector)
    return true
  }
}

/** The reader's side: finds the nearest, and remembers the codes of those it has seen. */
export class ExampleFinder {
  readonly #shelf = new ExampleShelf()
  #db: DatabaseSync | null = null

  nearest(db: DatabaseSync | null, of: ExampleSpace, query: ExampleQuery): NearExample[] {
    if (db === null || query.k < 1 || query.embedding.length === 0) return []
    // Another file: it was set aside and begun anew.
    if (db !== this.#db) this.#shelf.clear()
    this.#db = db
    const row = db
      .prepare('SELECT id FROM dim WHERE kind = ? AND name = ?')
      .get(DIM_KIND, nameOfSpace(of))
    if (row === undefined) return []
    const seen = this.#shelf.of(of)
    readOn(db, seen, readNumber(row, 'id'))
    const rows = db.prepare(SELECT_VECTORS).all(JSON.stringify(seen.candidates(query)))
    const vectors = rows.map((each) => ({
      seq: readNumber(each, 'seq'),
      vector: readBytes(each, 'vector'),
    }))
    return nearestOf(vectors, query).map(({ seq, distance }) => {
      const { input, output } = textsOf(db, seq)
      return { input, output, distance }
    })
  }
}

/** Those that came since. */
function readOn(db: DatabaseSync, seen: SeenExamples, space: number): void {
  readOld(db, seen, space)
  for (const row of db.prepare(SELECT_CODES).iterate(space, seen.lastSeq)) {
    seen.add(readNumber(row, 'seq'), readBytes(row, 'code'))
  }
}

/** Those from before there were codes. */
function readOld(db: DatabaseSync, seen: SeenExamples, space: number): void {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'example_codes_from'").get()
  const from = Number(row?.['value'] ?? 0)
  if (seen.lastSeq + 1 >= from) return
  for (const old of db.prepare(SELECT_OLD).iterate(space, seen.lastSeq, from)) {
    seen.add(readNumber(old, 'seq'), codeOf(readBytes(old, 'vector')))
  }
}

const SELECT_VECTORS =
  'SELECT seq, vector FROM example_vector WHERE seq IN (SELECT value FROM json_each(?))'

const SELECT_CODES = 'SELECT seq, code FROM example_code WHERE space = ? AND seq > ? ORDER BY seq'

const SELECT_OLD = `
  SELECT e.seq, v.vector FROM example e JOIN example_vector v ON v.seq = e.seq
  WHERE e.space = ? AND e.seq > ? AND e.seq < ? ORDER BY e.seq`

function textsOf(db: DatabaseSync, seq: number): { input: string; output: string } {
  const row = db.prepare('SELECT input, output FROM example WHERE seq = ?').get(seq)
  if (!row) return { input: '', output: '' }
  return { input: readText(row, 'input'), output: readText(row, 'output') }
}
