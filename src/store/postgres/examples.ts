import type { Example, ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import { encodeVector, ExampleShelf, nearestOf, type SeenExamples } from '../example-shelf.ts'
import { readBytes, readNumber, readText, type Row } from '../row.ts'
import type { Asks } from './documents.ts'
import { decodeText, encodeText } from './text.ts'

/** Any number, the same in every Weir. */
const EXAMPLE_LOCK = 7_234_931_805

const INSERT = `
  INSERT INTO weir.example (id, function_name, variant_name, namespace, input, output, code, vector)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`

/**
 * Part of a transaction, and of only one at a time: numbers are given out in the order in which the
 * rows can be seen, so that who has read up to one has missed none.
 */
export async function putExamples(db: Asks, examples: readonly Example[]): Promise<number> {
  await db.query('SELECT pg_advisory_xact_lock($1)', [EXAMPLE_LOCK])
  let added = 0
  for (const example of examples) {
    const { vector, code } = encodeVector(example.embedding)
    const texts = [example.id, ...placeOf(example), example.input, example.output].map(encodeText)
    const { rowCount } = await db.query(INSERT, [...texts, code, vector])
    added += rowCount ?? 0
  }
  return added
}

/** Codes read with one query: 8 MB of vectors of 1536 numbers. */
const CODES_AT_ONCE = 10_000

const CODES = `
  SELECT seq, code FROM weir.example
  WHERE function_name = $1 AND variant_name = $2 AND namespace = $3 AND seq > $4
  ORDER BY seq LIMIT ${CODES_AT_ONCE}`

/** Finds the nearest, and remembers the codes of those it has seen. */
export class PostgresExamples {
  readonly #shelf = new ExampleShelf()
  /** Two that read on at once would read the same. */
  #reading: Promise<unknown> = Promise.resolve()

  async nearest(db: Asks, space: ExampleSpace, query: ExampleQuery): Promise<NearExample[]> {
    if (query.k < 1 || query.embedding.length === 0) return []
    const seen = this.#shelf.of(space)
    const reading = this.#reading.then(() => readOn(db, seen, space))
    this.#reading = reading.catch(() => {})
    await reading
    const { rows } = await db.query<Row>(
      'SELECT seq, vector FROM weir.example WHERE seq = ANY ($1::bigint[])',
      [seen.candidates(query)],
    )
    const vectors = rows.map((row) => ({
      seq: readNumber(row, 'seq'),
      vector: readBytes(row, 'vector'),
    }))
    return withTexts(db, nearestOf(vectors, query))
  }
}

/** Those that came since. */
async function readOn(db: Asks, seen: SeenExamples, space: ExampleSpace): Promise<void> {
  for (;;) {
    const names = placeOf(space).map(encodeText)
    const { rows } = await db.query<Row>(CODES, [...names, seen.lastSeq])
    for (const row of rows) seen.add(readNumber(row, 'seq'), readBytes(row, 'code'))
    if (rows.length < CODES_AT_ONCE) return
  }
}

async function withTexts(
  db: Asks,
  found: readonly { readonly seq: number; readonly distance: number }[],
): Promise<NearExample[]> {
  const { rows } = await db.query<Row>(
    'SELECT seq, input, output FROM weir.example WHERE seq = ANY ($1::bigint[])',
    [found.map(({ seq }) => seq)],
  )
  const texts = new Map(rows.map((row) => [readNumber(row, 'seq'), row]))
  return found.flatMap(({ seq, distance }) => {
    const row = texts.get(seq)
    if (row === undefined) return []
    const text = (column: string) => decodeText(readText(row, column))
    return [{ input: text('input'), output: text('output'), distance }]
  })
}

function placeOf({ functionName, variantName, namespace }: ExampleSpace): string[] {
  return [functionName, variantName, namespace]
}
