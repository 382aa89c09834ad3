import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import { isUuid } from '../../domain/ids.ts'
import type { RawRoute } from '../../http/route.ts'
import { type Json, parseJson } from '../../lib/json.ts'
import { addExamples, type NewExample } from '../../ops/examples.ts'
import type { App } from '../app.ts'
import { readBySchema, struct } from '../serde.ts'

/** A row of TensorZero's table `DynamicInContextLearningExample`, as it exports one. */
const Row = struct({
  id: z.string().refine(isUuid, 'UUID parsing failed: this is no UUID').nullish(),
  function_name: z.string(),
  variant_name: z.string(),
  namespace: z.string().nullish(),
  input: z.custom<Json>((value) => value !== undefined, 'missing field `input`'),
  output: z.custom<Json>((value) => value !== undefined, 'missing field `output`'),
  embedding: z.array(z.number()).nullish(),
  timestamp: z.string().nullish(),
})
const Body = struct({ examples: z.array(Row) })

/** Where TensorZero has its users write into a table of ClickHouse. */
export const addDiclExamples: RawRoute<App> = {
  kind: 'raw',
  method: 'POST',
  paths: ['/internal/dicl_examples'],
  scope: 'admin',
  summary: 'Examples for variants that learn from them: one object, or one row a line.',
  plainErrors: true,
  async handle({ engine }, { body, client }) {
    const ids = await addExamples(engine, rowsOf(body.toString('utf8')), client.gone)
    client.json(200, { ids })
  },
}

function rowsOf(text: string): NewExample[] {
  const whole = parseJson(text)
  if (whole !== undefined && !isRow(whole)) return readBySchema(Body, whole).examples.map(toExample)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line, index) => {
    const row = parseJson(line)
    if (row !== undefined) return toExample(readBySchema(Row, row))
    throw new GatewayError('invalid_request', `Line ${index + 1} is not JSON.`)
  })
}

function isRow(value: Json): boolean {
  return typeof value === 'object' && value !== null && 'function_name' in value
}

function toExample(row: z.infer<typeof Row>): NewExample {
  return {
    id: row.id?.toLowerCase() ?? null,
    functionName: row.function_name,
    variantName: row.variant_name,
    namespace: row.namespace ?? '',
    input: asText(row.input),
    output: asText(row.output),
    embedding: row.embedding ?? null,
  }
}

/** Rows of a database hold JSON as text; people write it as it is. */
function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
