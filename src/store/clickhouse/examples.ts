import type { Example, ExampleQuery, ExampleSpace, NearExample } from '../../domain/example.ts'
import { isUuid } from '../../domain/ids.ts'
import type { ChangeOutcome } from '../changes.ts'
import { readNumber, readText, type Row } from '../row.ts'
import type { Means } from './means.ts'
import type { Ask } from './queries.ts'

/** TensorZero's table, to which its users write too. */
const TABLE = 'DynamicInContextLearningExample'

export async function putExamples(
  means: Means,
  examples: readonly Example[],
  step: string,
): Promise<ChangeOutcome> {
  const strange = examples.find(({ id }) => !isUuid(id))
  if (strange !== undefined) {
    return { error: `ClickHouse keeps examples by UUIDs, and ${strange.id} is none.` }
  }
  const fresh = new Map(examples.map((example) => [example.id.toLowerCase(), example]))
  const known = await means.ask(
    `SELECT toString(id) AS id_text FROM ${TABLE} WHERE id IN {ids: Array(UUID)}`,
    { ids: [...fresh.keys()] },
  )
  for (const row of known) fresh.delete(readText(row, 'id_text'))
  await means.insert(TABLE, [...fresh.values()].map(encodeExample), step)
  return { result: fresh.size }
}

function encodeExample(example: Example): Row {
  return {
    id: example.id,
    function_name: example.functionName.toWellFormed(),
    variant_name: example.variantName.toWellFormed(),
    namespace: example.namespace.toWellFormed(),
    input: example.input.toWellFormed(),
    output: example.output.toWellFormed(),
    embedding: example.embedding,
  }
}

/** The server compares all of them: exactly, and those that were written a moment ago too. */
export async function readNearest(
  ask: Ask,
  space: ExampleSpace,
  { embedding, k, maxDistance }: ExampleQuery,
): Promise<NearExample[]> {
  if (k < 1 || embedding.length === 0) return []
  const rows = await ask(
    `SELECT input, output, distance FROM (
       SELECT id, input, output, ${DISTANCE} AS distance FROM ${TABLE}
       WHERE function_name = {function: String} AND variant_name = {variant: String}
         AND namespace = {namespace: String} AND length(embedding) = {length: UInt32}
     ) WHERE distance <= {most: Float64} ORDER BY distance, id LIMIT 1 BY id LIMIT {k: UInt32}`,
    {
      function: space.functionName,
      variant: space.variantName,
      namespace: space.namespace,
      length: embedding.length,
      asked: embedding,
      most: maxDistance ?? FARTHEST,
      k,
    },
  )
  return rows.map((row) => ({
    input: readText(row, 'input'),
    output: readText(row, 'output'),
    distance: readNumber(row, 'distance'),
  }))
}

/** None has a distance beyond 2; a little more for what rounding adds. */
const FARTHEST = 3

/** Of one length even where the server compares before it filters; a zero vector is at a distance of 1. */
const DISTANCE = `ifNotFinite(
  cosineDistance(arrayResize(embedding, {length: UInt32}), {asked: Array(Float32)}), 1)`
