import type { InferenceRecord } from '../../domain/record.ts'

/** What is kept compressed: the texts that pages need only one at a time. */
export interface Payload {
  readonly id: string
  readonly input: InferenceRecord['input']
  readonly tools: InferenceRecord['tools']
  readonly params: InferenceRecord['params']
  readonly output: InferenceRecord['output']
  readonly warnings: InferenceRecord['warnings']
  readonly raw_request: string
  readonly attempts: readonly { readonly raw_request: string; readonly raw_response: string }[]
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
    attempts: record.attempts.map((attempt) => ({
      raw_request: attempt.rawRequest,
      raw_response: attempt.rawResponse,
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
