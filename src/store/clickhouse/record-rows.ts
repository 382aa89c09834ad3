import {
  type AttemptRecord,
  type InferenceRecord,
  type Outcome,
  OUTCOMES,
} from '../../domain/record.ts'
import { totalInput, totalOutput } from '../../domain/usage.ts'
import type { LogRow, StoredInference } from '../store.ts'
import {
  readNumber,
  readNumberOrNull,
  readText,
  readTextOrNull,
  type Row,
  whole,
  wholeOrNull,
} from '../row.ts'

/** A record as a row of `WeirInference`: what is filtered by stands in columns, the rest as JSON. */
export function encodeRecord(record: InferenceRecord, seq: number): Row {
  const { usage, attempts } = record
  return {
    seq,
    id: record.id.toWellFormed(),
    started_at: timeText(record.startedAt),
    episode_id: record.episodeId.toWellFormed(),
    dialect: record.dialect.toWellFormed(),
    response_id: record.responseId?.toWellFormed() ?? null,
    function_name: record.functionName.toWellFormed(),
    variant_name: record.variantName.toWellFormed(),
    requested_model: record.requestedModel.toWellFormed(),
    model: record.model?.toWellFormed() ?? null,
    provider: attempts.at(-1)?.provider.toWellFormed() ?? null,
    stream: record.stream,
    outcome: record.outcome,
    status: whole(record.status),
    error: record.error,
    error_message: record.errorMessage?.toWellFormed() ?? null,
    latency_us: whole(record.latencyUs),
    ttft_us: wholeOrNull(record.ttftUs),
    input_tokens: usage === null ? null : wholeOrNull(totalInput(usage)),
    output_tokens: usage === null ? null : wholeOrNull(totalOutput(usage)),
    cost_nano: wholeOrNull(record.costNano),
    attempts: attempts.length,
    tags: tagsText(record.tags),
    input_preview: record.inputPreview.toWellFormed(),
    output_preview: record.outputPreview.toWellFormed(),
    facts: JSON.stringify(factsOf(record)),
    texts: JSON.stringify(textsOf(record)),
  }
}

/** The columns of a page of the log. */
export const LOG_COLUMNS = `seq, id, toUnixTimestamp64Milli(started_at) AS started_ms, episode_id,
  function_name, variant_name, requested_model, model, provider, stream, outcome, status,
  error_message, latency_us, ttft_us, input_tokens, output_tokens, cost_nano, attempts, tags,
  input_preview, output_preview`

export function decodeLogRow(row: Row): LogRow {
  const outcome = readText(row, 'outcome')
  return {
    id: readText(row, 'id'),
    seq: readNumber(row, 'seq'),
    episodeId: readText(row, 'episode_id'),
    startedAt: readNumber(row, 'started_ms'),
    functionName: readText(row, 'function_name'),
    variantName: readText(row, 'variant_name'),
    requestedModel: readText(row, 'requested_model'),
    model: readTextOrNull(row, 'model'),
    provider: readTextOrNull(row, 'provider'),
    stream: row['stream'] === true,
    outcome: OUTCOMES.find((known): known is Outcome => known === outcome) ?? 'internal',
    status: readNumber(row, 'status'),
    errorMessage: readTextOrNull(row, 'error_message'),
    inputTokens: readNumberOrNull(row, 'input_tokens'),
    outputTokens: readNumberOrNull(row, 'output_tokens'),
    costNano: readNumberOrNull(row, 'cost_nano'),
    latencyUs: readNumber(row, 'latency_us'),
    ttftUs: readNumberOrNull(row, 'ttft_us'),
    attempts: readNumber(row, 'attempts'),
    tags: decodeTags(row['tags']),
    inputPreview: readText(row, 'input_preview'),
    outputPreview: readText(row, 'output_preview'),
  }
}

/** A row with its JSON; texts that are gone leave theirs empty. */
export function decodeStored(row: Row): StoredInference {
  const log = decodeLogRow(row)
  const facts = parseFacts(readText(row, 'facts')) ?? bareFacts(log)
  const texts = parseTexts(readText(row, 'texts'))
  const { attempts, ...record } = facts
  return {
    ...log,
    record: { ...record, ...(texts ?? NO_TEXTS).record },
    attemptRecords: attempts.map((attempt, index) =>
      Object.assign({ rawRequest: '', rawResponse: '' }, attempt, texts?.attempts[index]),
    ),
    payload: texts === null ? 'missing' : 'present',
  }
}

type AttemptTexts = Pick<AttemptRecord, 'rawRequest' | 'rawResponse' | 'input' | 'output'>
type RecordTexts = Pick<
  InferenceRecord,
  'input' | 'tools' | 'params' | 'output' | 'native' | 'warnings' | 'rawRequest'
>
type Facts = Omit<InferenceRecord, keyof RecordTexts | 'attempts'> & {
  readonly attempts: readonly Omit<AttemptRecord, keyof AttemptTexts>[]
}

export interface Texts {
  readonly record: RecordTexts
  readonly attempts: readonly AttemptTexts[]
}

const NO_TEXTS: Texts = {
  record: {
    input: [],
    tools: null,
    params: null,
    output: [],
    native: null,
    warnings: [],
    rawRequest: '',
  },
  attempts: [],
}

function factsOf(record: InferenceRecord): Facts {
  const { input: _i, tools: _t, params: _p, output: _o, native: _n, ...rest } = record
  const { warnings: _w, rawRequest: _r, attempts, ...facts } = rest
  return {
    ...facts,
    attempts: attempts.map((attempt) => {
      const { rawRequest: _q, rawResponse: _a, input: _in, output: _out, ...own } = attempt
      return own
    }),
  }
}

function textsOf(record: InferenceRecord): Texts {
  const { input, tools, params, output, native = null, warnings, rawRequest, attempts } = record
  return {
    record: { input, tools, params, output, native, warnings, rawRequest },
    attempts: attempts.map(attemptTexts),
  }
}

function attemptTexts({ rawRequest, rawResponse, input, output }: AttemptRecord): AttemptTexts {
  return { rawRequest, rawResponse, ...(input && { input }), ...(output && { output }) }
}

/** Of a row that was taken over from TensorZero. */
function bareFacts(row: LogRow): Facts {
  return {
    id: row.id,
    episodeId: row.episodeId,
    startedAt: row.startedAt,
    dialect: 'tensorzero.inference',
    responseId: null,
    functionName: row.functionName,
    variantName: row.variantName,
    requestedModel: row.requestedModel,
    model: row.model,
    stream: row.stream,
    outcome: row.outcome,
    status: row.status,
    error: null,
    errorMessage: null,
    latencyUs: row.latencyUs,
    overheadUs: 0,
    ttftUs: row.ttftUs,
    finish: null,
    usage: null,
    costNano: row.costNano,
    tags: row.tags,
    configHash: '',
    inputPreview: row.inputPreview,
    outputPreview: row.outputPreview,
    attempts: [],
  }
}

function parseFacts(text: string): Facts | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  return text === '' ? null : (JSON.parse(text) as Facts)
}

function parseTexts(text: string): Texts | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes these
  return text === '' ? null : (JSON.parse(text) as Texts)
}

/** Keys and values as UTF-8 can hold them. */
export function tagsText(tags: Readonly<Record<string, string>>): Record<string, string> {
  const known = Object.entries(tags).map(([key, value]) => [key, value] as const)
  return Object.fromEntries(known.map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]))
}

export function decodeTags(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, String(each)]))
}

const LAST_MS = Date.UTC(2299, 11, 31)

/** What a `DateTime64(3)` can hold, as its text. */
export function timeText(ms: number): string {
  return new Date(timeIn(ms)).toISOString().replace('T', ' ').replace('Z', '')
}

export function timeIn(ms: number): number {
  return Math.max(0, Math.min(LAST_MS, whole(ms)))
}
