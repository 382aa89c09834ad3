import { isUuidV7, timeOfUuidV7 } from '../domain/ids.ts'
import type { InferenceRecord } from '../domain/record.ts'

/** The little that is true of a request whose record could not be made. */
export function quarantined(id: string, why: string): InferenceRecord {
  return {
    id,
    episodeId: id,
    startedAt: isUuidV7(id) ? timeOfUuidV7(id) : 0,
    dialect: '',
    functionName: '',
    variantName: '',
    requestedModel: '',
    model: null,
    stream: false,
    outcome: 'internal',
    status: 500,
    error: 'internal',
    errorMessage: `The record of this request could not be kept: ${why}`,
    latencyUs: 0,
    overheadUs: 0,
    ttftUs: null,
    finish: null,
    usage: null,
    costNano: null,
    tags: {},
    warnings: [],
    configHash: '',
    attempts: [],
    input: [],
    tools: null,
    params: null,
    output: [],
    rawRequest: '',
    inputPreview: '',
    outputPreview: '',
  }
}

/** A request that had begun when the process ended. */
export function interrupted(id: string, journaled: string | null): InferenceRecord {
  return {
    ...readJournal(id, journaled),
    outcome: 'internal',
    status: 500,
    error: 'interrupted',
    errorMessage: 'The gateway stopped before this request was done.',
  }
}

function readJournal(id: string, journaled: string | null): InferenceRecord {
  if (journaled === null) return quarantined(id, 'its journal entry is damaged.')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the journal writes these, and the frame decoded
  return JSON.parse(journaled) as InferenceRecord
}
