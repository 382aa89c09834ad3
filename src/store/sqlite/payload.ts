import type { AttemptRecord, InferenceRecord } from '../../domain/record.ts'

/** What is kept compressed: the texts that pages need only one at a time. */
export interface Payload {
  readonly id: string
  readonly input: InferenceRecord['input']
  readonly tools: InferenceRecord['tools']
  readonly params: InferenceRecord['params']
  readonly output: InferenceRecord['output']
  readonly warnings: InferenceRecord['warnings']
  readonly raw_request: string
  readonly native?: InferenceRecord['native']
  readonly attempts: readonly AttemptTexts[]
}

interface AttemptTexts {
  readonly raw_request: string
  readonly raw_response: string
  readonly input?: AttemptRecord['input']
  readonly output?: AttemptRecord['output']
}

/** JSON keeps what SQLite's text would not: lone surrogates and NUL. */
export function encodePayload(record: InferenceRecord): string {
  const payload: Payload = {
    id: record.id,
    input: record.input,
    tools: record.tools,
    params: record.params,
    output: record.output,
    warnings: record.warnings,
    raw_request: record.rawRequest,
    ...(record.native && { native: record.native }),
    attempts: record.attempts.map((attempt) => ({
      raw_request: attempt.rawRequest,
      raw_response: attempt.rawResponse,
      ...(attempt.input && { input: attempt.input }),
      ...(attempt.output && { output: attempt.output }),
    })),
  }
  return JSON.stringify(payload)
}

/** Null when the document is another one's: a file was replaced under a row that points into it. */
export function decodePayload(text: string, id: string): Payload | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only encodePayload writes these, and the frame has a checksum
  const payload = JSON.parse(text) as Payload
  return payload.id === id ? payload : null
}
