import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Example, ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import type { Intern } from './hot-values.ts'
import { SignIndex, signsOf } from './sign-index.ts'
import { readBytes, readNumber, readText } from '../row.ts'
import { encodeId } from './values.ts'

/** So many are compared exactly. */
const CANDIDATES = 1024
/** Kept in memory, for the variants that were asked last. */
const MOST_BYTES = 64 * 1024 * 1024
const DIM_KIND = 'examples'

/** The writer's side of the examples. */
export class ExampleWriter {
  readonly #insert: StatementSync
  readonly #insertVector: StatementSync
  readonly #intern: Intern

  constructor(db: DatabaseSync, intern: Intern) {
    this.#insert = db.prepare(
      `INSERT INTO example (id, space, sign, input, output) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING RETURNING seq`,
    )
    this.#insertVector = db.prepare('INSERT INTO example_vector (seq, vector) VALUES (?, ?)')
    this.#intern = intern
  }

  put(examples: readonly Example[]): number {
    return examples.filter((example) => this.#add(example)).length
  }

  #add(example: Example): boolean {
    const vector = Float32Array.from(example.embedding)
    const space = this.#intern(DIM_KIND, nameOf(example))
    const sign = bytesOf(signsOf(vector))
    const { input, output } = example
    const row = this.#insert.get(encodeId(example.id), space, sign, input, output)
    if (row === undefined) return false
    this.#insertVector.run(readNumber(row, 'seq'), bytesOf(vector))
    return true
  }
}

function nameOf({ functionName, variantName, namespace }: ExampleSpace): string {
  return JSON.stringify([functionName, variantName, namespace])
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The reader's side: finds the nearest, and remembers the signs of those it has seen. */
export class ExampleShelf {
  readonly #spaces = new Map<string, Space>()
  #db: DatabaseSync | null = null

  nearest(db: DatabaseSync | null, of: ExampleSpace, query: ExampleQuery): NearExample[] {
    if (db === null || query.k < 1 || query.embedding.length === 0) return []
    // Another file: it was set aside and begun anew.
    if (db !== this.#db) this.#spaces.clear()
    this.#db = db
    const space = this.#open(db, of)
    if (!space) return []
    const asked = Float32Array.from(query.embedding)
    const signs = signsOf(asked)
    const index = space.upToDate(db, signs.length)
    const count = Math.max(CANDIDATES, query.k)
    const near = compare(db, asked, index.likeliest(signs, count))
    const { maxDistance } = query
    return near
      .filter(({ distance }) => maxDistance === null || distance <= maxDistance)
      .slice(0, query.k)
      .map(({ seq, distance }) => {
        const { input, output } = textsOf(db, seq)
        return { input, output, distance }
      })
  }

  #open(db: DatabaseSync, of: ExampleSpace): Space | undefined {
    const name = nameOf(of)
    const known = this.#spaces.get(name)
    this.#spaces.delete(name)
    const row = known
      ? undefined
      : db.prepare('SELECT id FROM dim WHERE kind = ? AND name = ?').get(DIM_KIND, name)
    const space = known ?? (row && new Space(readNumber(row, 'id')))
    if (space) this.#spaces.set(name, space)
    this.#forgetSome()
    return space
  }

  #forgetSome(): void {
    let bytes = 0
    for (const space of this.#spaces.values()) bytes += space.bytes
    for (const [name, space] of this.#spaces) {
      if (bytes <= MOST_BYTES || this.#spaces.size === 1) return
      bytes -= space.bytes
      this.#spaces.delete(name)
    }
  }
}

/** One variant's examples, by the length of their vectors: a new embedding model has another. */
class Space {
  readonly #id: number
  readonly #indexes = new Map<number, SignIndex>()
  #lastSeq = 0

  constructor(id: number) {
    this.#id = id
  }

  get bytes(): number {
    return [...this.#indexes.values()].reduce((sum, index) => sum + index.bytes, 0)
  }

  upToDate(db: DatabaseSync, words: number): SignIndex {
    const rows = db
      .prepare('SELECT seq, sign FROM example WHERE space = ? AND seq > ? ORDER BY seq')
      .iterate(this.#id, this.#lastSeq)
    for (const row of rows) {
      const seq = readNumber(row, 'seq')
      const signs = new Uint32Array(readBytes(row, 'sign').slice().buffer)
      this.#index(signs.length).add(seq, signs)
      this.#lastSeq = seq
    }
    return this.#index(words)
  }

  #index(words: number): SignIndex {
    const index = this.#indexes.get(words) ?? new SignIndex(words)
    this.#indexes.set(words, index)
    return index
  }
}

/** Exactly, the nearest first; without vectors of another length. */
function compare(
  db: DatabaseSync,
  asked: Float32Array,
  seqs: readonly number[],
): { seq: number; distance: number }[] {
  const rows = db
    .prepare('SELECT seq, vector FROM example_vector WHERE seq IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(seqs))
  return rows
    .flatMap((row) => {
      const bytes = readBytes(row, 'vector')
      if (bytes.byteLength !== asked.byteLength) return []
      const vector = new Float32Array(
        bytes.byteOffset % 4 === 0 ? bytes.buffer : bytes.slice().buffer,
      )
      return [{ seq: readNumber(row, 'seq'), distance: cosineDistance(asked, vector) }]
    })
    .toSorted((a, b) => a.distance - b.distance || a.seq - b.seq)
}

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let lengthA = 0
  let lengthB = 0
  for (let at = 0; at < a.length; at++) {
    const x = a[at] ?? 0
    const y = b[at] ?? 0
    dot += x * y
    lengthA += x * x
    lengthB += y * y
  }
  const lengths = Math.sqrt(lengthA * lengthB)
  return lengths === 0 ? 1 : 1 - dot / lengths
}

function textsOf(db: DatabaseSync, seq: number): { input: string; output: string } {
  const row = db.prepare('SELECT input, output FROM example WHERE seq = ?').get(seq)
  if (!row) return { input: '', output: '' }
  return { input: readText(row, 'input'), output: readText(row, 'output') }
}
