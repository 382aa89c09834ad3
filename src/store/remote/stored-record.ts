import type { InferenceRecord } from '../../domain/record.ts'
import { totalInput, totalOutput } from '../../domain/usage.ts'
import type { LogRow, StoredInference } from '../store.ts'

/** A record as a page shows it that no server has yet. */
export function storedRecord({ attempts, ...record }: InferenceRecord): StoredInference {
  return {
    ...rowOf({ ...record, attempts }),
    record,
    attemptRecords: attempts,
    payload: 'present',
  }
}

function rowOf(record: InferenceRecord): LogRow {
  const { usage, attempts } = record
  return {
    id: record.id,
    // It will arrive after all that have arrived.
    seq: Number.MAX_SAFE_INTEGER,
    episodeId: record.episodeId,
    startedAt: record.startedAt,
    functionName: record.functionName,
    variantName: record.variantName,
    requestedModel: record.requestedModel,
    model: record.model,
    provider: attempts.at(-1)?.provider ?? null,
    stream: record.stream,
    outcome: record.outcome,
    status: record.status,
    errorMessage: record.errorMessage,
    inputTokens: usage && totalInput(usage),
    outputTokens: usage && totalOutput(usage),
    costNano: record.costNano,
    latencyUs: record.latencyUs,
    ttftUs: record.ttftUs,
    attempts: attempts.length,
    tags: record.tags,
    inputPreview: record.inputPreview,
    outputPreview: record.outputPreview,
  }
}
