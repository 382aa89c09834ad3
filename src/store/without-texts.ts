import type { InferenceRecord } from '../domain/record.ts'

/** A record as its row is made of it: what is kept compressed is left out. */
export function withoutTexts(record: InferenceRecord): InferenceRecord {
  return {
    ...record,
    input: [],
    tools: null,
    params: null,
    output: [],
    native: null,
    rawRequest: '',
    attempts: record.attempts.map(({ input: _input, output: _output, ...attempt }) => ({
      ...attempt,
      rawRequest: '',
      rawResponse: '',
    })),
  }
}
