import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Example, ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import { encodeNibbles, NibbleVectors } from '../../lib/nibbles.ts'
import type { Intern } from './hot-values.ts'
import { readBytes, readNumber, readText } from '../row.ts'
import { encodeId } from './values.ts'

/** So many are compared exactly, and more where more are wanted. */
const CANDIDATES = 256
/** Kept in memory, for the variants that were asked last: of some 160,000 vectors of 1536. */
const MOST_BYTES = 128 * 1024 * 1024
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
    const vector = Float32Array.from(example.embedding)
    const space = this.#intern(DIM_KIND, nameOf(example))
    const { input, output } = example
    const row = this.#insert.get(encodeId(example.id), space, input, output)
    if (row === undefined) return false
    const seq = readNumber(row, 'seq')
    this.#insertCode.run(space, seq, encodeNibbles(vector))
    this.#insertVector.run(seq, bytesOf(vector))
    return true
  }
}

function nameOf({ functionName, variantName, namespace }: ExampleSpace): string {
  return JSON.stringify([functionName, variantName, namespace])
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The reader's side: finds the nearest, and remembers the codes of those it has seen. */
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
    const count = Math.max(CANDIDATES, 4 * query.k)
    const near = compare(db, asked, space.upToDate(db, asked.length).likeliest(asked, count))
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
  readonly #shelves = new Map<number, Coded>()
  #lastSeq = 0

  constructor(id: number) {
    this.#id = id
  }

  get bytes(): number {
    return [...this.#shelves.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** `length` is of the vectors. */
  upToDate(db: DatabaseSync, length: number): Coded {
    this.#readOld(db)
    for (const row of db.prepare(SELECT_CODES).iterate(this.#id, this.#lastSeq)) {
      this.#add(readNumber(row, 'seq'), readBytes(row, 'code'))
    }
    return this.#coded(encodeNibbles(new Float32Array(length)).length)
  }

  /** Those from before there were codes. */
  #readOld(db: DatabaseSync): void {
    const row = db.prepare("SELECT value FROM meta WHERE key = 'example_codes_from'").get()
    const from = Number(row?.['value'] ?? 0)
    if (this.#lastSeq + 1 >= from) return
    for (const old of db.prepare(SELECT_OLD).iterate(this.#id, this.#lastSeq, from)) {
      this.#add(readNumber(old, 'seq'), encodeNibbles(floatsIn(readBytes(old, 'vector'))))
    }
  }

  #add(seq: number, code: Uint8Array): void {
    this.#coded(code.length).add(seq, code)
    this.#lastSeq = seq
  }

  #coded(codeBytes: number): Coded {
    const coded = this.#shelves.get(codeBytes) ?? new Coded(codeBytes)
    this.#shelves.set(codeBytes, coded)
    return coded
  }
}

const SELECT_CODES = 'SELECT seq, code FROM example_code WHERE space = ? AND seq > ? ORDER BY seq'

const SELECT_OLD = `
  SELECT e.seq, v.vector FROM example e JOIN example_vector v ON v.seq = e.seq
  WHERE e.space = ? AND e.seq > ? AND e.seq < ? ORDER BY e.seq`

/** Codes of vectors of about one length, and whose they are. */
class Coded {
  readonly #vectors: NibbleVectors
  readonly #seqs: number[] = []

  constructor(codeBytes: number) {
    this.#vectors = new NibbleVectors(codeBytes)
  }

  get bytes(): number {
    return this.#vectors.bytes
  }

  add(seq: number, code: Uint8Array): void {
    this.#vectors.add(code)
    this.#seqs.push(seq)
  }

  likeliest(vector: Float32Array, count: number): number[] {
    return this.#vectors.nearest(vector, count).map((place) => this.#seqs[place] ?? 0)
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
      const distance = cosineDistance(asked, floatsIn(bytes))
      return [{ seq: readNumber(row, 'seq'), distance }]
    })
    .toSorted((a, b) => a.distance - b.distance || a.seq - b.seq)
}

function floatsIn(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.byteOffset % 4 === 0 ? bytes.buffer : bytes.slice().buffer)
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
