import type { AttemptRecord, InferenceRecord } from '../../domain/record.ts'

/** What is kept compressed: the texts that pages need only one at a time. */
export interface Payload<Body = string> {
  readonly id: string
  readonly input: InferenceRecord['input']
  readonly tools: InferenceRecord['tools']
  readonly params: InferenceRecord['params']
  readonly output: InferenceRecord['output']
  readonly warnings: InferenceRecord['warnings']
  readonly raw_request: Body
  readonly native?: InferenceRecord['native']
  readonly attempts: readonly AttemptTexts<Body>[]
}

interface AttemptTexts<Body> {
  readonly raw_request: Body
  readonly raw_response: Body
  readonly input?: AttemptRecord['input']
  readonly output?: AttemptRecord['output']
}

export function payloadOf(record: InferenceRecord): Payload {
  return {
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
}

/** Changes nothing here: payloads are written so from now on, and a Weir from before cannot read them. */
export const BODIES_APART_MIGRATION = "INSERT INTO meta (key, value) VALUES ('bodies', 'apart');"

/**
 * A payload as it is written: JSON, and after a line's end the raw bodies as they are, one after the
 * other. In the JSON stands how many bytes each takes. Most of a payload are these bodies, and as
 * strings in JSON every quote in them would be looked for, escaped and escaped back.
 */
export interface Document {
  readonly head: string
  readonly bodies: readonly string[]
}

export function documentOf(record: InferenceRecord): Document {
  const bodies: string[] = []
  const apart = (body: string): string | number => {
    // JSON keeps what UTF-8 does not: lone surrogates.
    if (!body.isWellFormed()) return body
    bodies.push(body)
    return Buffer.byteLength(body)
  }
  const head = JSON.stringify(withBodies(payloadOf(record), apart))
  return { head, bodies }
}

/** The same payload with what is made of each body, the request's first. */
function withBodies<From, To>(payload: Payload<From>, make: (body: From) => To): Payload<To> {
  return {
    ...payload,
    raw_request: make(payload.raw_request),
    attempts: payload.attempts.map(({ raw_request, raw_response, ...texts }) =>
      Object.assign(texts, { raw_request: make(raw_request), raw_response: make(raw_response) }),
    ),
  }
}

/** About how many bytes it takes. */
export function sizeOfDocument({ head, bodies }: Document): number {
  return bodies.reduce((size, body) => size + body.length, head.length)
}

const LINE_END = 10

/** The bytes of the JSON: all there is in documents from before bodies stood apart. */
export function headOf(document: Buffer): Buffer {
  const end = document.indexOf(LINE_END)
  return end === -1 ? document : document.subarray(0, end)
}

/** Null when the document is another one's: a file was replaced under a row that points into it. */
export function decodePayload(document: Buffer, id: string): Payload | null {
  const bytes = headOf(document)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only documentOf's are written, and the frame has a checksum
  const head = JSON.parse(bytes.toString()) as Payload<string | number>
  if (head.id !== id) return null
  let at = bytes.length + 1
  const whole = (body: string | number): string => {
    if (typeof body === 'string') return body
    at += body
    return document.toString('utf8', at - body, at)
  }
  return withBodies(head, whole)
}
