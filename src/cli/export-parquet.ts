import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { StoredInference } from '../store/store.ts'
import { exportLine } from './export-line.ts'

type Line = ReturnType<typeof exportLine>

/** A column for each field; what has parts is JSON. */
const COLUMNS = {
  id: 'STRING',
  episode_id: 'STRING',
  started_at: 'TIMESTAMP',
  function_name: 'STRING',
  variant_name: 'STRING',
  requested_model: 'STRING',
  model: 'STRING',
  provider: 'STRING',
  dialect: 'STRING',
  stream: 'BOOLEAN',
  outcome: 'STRING',
  status: 'INT32',
  error: 'STRING',
  error_message: 'STRING',
  latency_ms: 'DOUBLE',
  ttft_ms: 'DOUBLE',
  finish_reason: 'STRING',
  input_tokens: 'DOUBLE',
  output_tokens: 'DOUBLE',
  usage: 'JSON',
  cost_usd: 'DOUBLE',
  tags: 'JSON',
  warnings: 'JSON',
  has_texts: 'BOOLEAN',
  input: 'JSON',
  tools: 'JSON',
  params: 'JSON',
  output: 'JSON',
  raw_request: 'STRING',
  model_inferences: 'JSON',
} as const satisfies Record<keyof Line, string>

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `satisfies` says that it has just these
const NAMES = Object.keys(COLUMNS) as (keyof Line)[]

/** Pages become row groups: memory holds one at a time. */
export async function writeParquet(
  pages: Iterable<readonly StoredInference[]>,
  filename: string,
): Promise<void> {
  const schema = schemaFromColumnData({ columnData: columnsOf([]) })
  const writer = new ParquetWriter({ writer: fileWriter(filename), schema, statistics: false })
  for (const page of pages) await writer.write({ columnData: columnsOf(page.map(exportLine)) })
  await writer.finish()
}

function columnsOf(lines: readonly Line[]) {
  return NAMES.map((name) => ({
    name,
    type: COLUMNS[name],
    nullable: true,
    data: lines.map((line) => valueOf(name, line)),
  }))
}

function valueOf(name: keyof Line, line: Line): unknown {
  if (name === 'started_at') return new Date(line.started_at)
  return line[name]
}
