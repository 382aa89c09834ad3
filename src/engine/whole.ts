import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { readAll } from '../lib/body.ts'
import { asObject, objectsIn, parseJson, type JsonObject } from '../lib/json.ts'
import { isWholeObject } from '../lib/json-glance.ts'
import { asSse, type Framing, framingFrom, framingOf, readFrames } from '../lib/frames.ts'
import type { Headers, HttpResponse } from '../lib/transport.ts'
import type { Wire } from '../providers/provider.ts'
import { partsOfList } from './lists.ts'
import { providerFailure } from './failures.ts'
import { type Call, contentType, failureInside, RESPONSE_LIMIT } from './under-way.ts'

/** An answer that came in one piece. */
export interface WholeAnswer {
  readonly kind: 'whole'
  readonly headers: Headers
  /** The upstream's bytes; null when it streamed though it was not asked to. */
  readonly bytes: Buffer | null
  readonly parts: readonly Part[]
}

/** Reads and checks a whole answer: a 200 that holds an error, or half an answer, is no success. */
export async function readWhole(call: Call, response: HttpResponse): Promise<WholeAnswer> {
  const came = await readAll(response.body, RESPONSE_LIMIT.bytes, RESPONSE_LIMIT.exceeded)
  const bytes = isMarked(came) ? came.subarray(BYTE_ORDER_MARK.length) : came
  const framing = framingOfWhole(call, response, bytes)
  const reframed = framing !== null && framing !== 'sse'
  call.attempt.received(reframed ? Buffer.from(asSse(readFrames(framing, bytes))) : bytes)
  call.attempt.ttftUs = call.engine.clock.us()
  call.attempt.streamed = framing !== null
  const headers = framing ? response.headers : asJson(call, response)
  if (!framing && isPlainlyRight(call)) return new GlancedAt(call, headers, bytes)
  const parts = framing ? partsOfEvents(call, framing, bytes) : partsOfBody(call, response, bytes)
  check(call, parts)
  return { kind: 'whole', headers, bytes: framing ? null : bytes, parts }
}

const NEXT_LINE = Buffer.from('}\n{')
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** Whether text begins with a mark that no reader of JSON takes. */
function isMarked(bytes: Buffer): boolean {
  return (
    bytes[0] === BYTE_ORDER_MARK[0] &&
    bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
  )
}

/** How an answer is framed that begins so: servers call streams many things, and JSON a stream. */
export function framingAt(
  { attempt }: Call,
  response: HttpResponse,
  start: Buffer,
): Framing | null {
  const type = contentType(response)
  return attempt.wire.binary ? framingOf(type) : framingFrom(type, start)
}

/** Some call lines of JSON plain JSON. */
function framingOfWhole(call: Call, response: HttpResponse, bytes: Buffer): Framing | null {
  const framing = framingAt(call, response, bytes)
  if (framing || !call.ask.stream) return framing
  return bytes.includes(NEXT_LINE) ? 'ndjson' : null
}

/** JSON that is called something else is called JSON from here on. */
function asJson({ attempt }: Call, response: HttpResponse): Headers {
  const { headers } = response
  if (attempt.wire.binary || !framingOf(contentType(response))) return headers
  return { ...headers, 'content-type': 'application/json' }
}

/** What goes on as it came need not be read here where a glance shows that it is an answer. */
function isPlainlyRight({ ask, attempt: { wire, pieces } }: Call): boolean {
  const goesOn = ask.relay && !ask.stream && wire.name === ask.wire
  return goesOn && wire.glance !== undefined && isWholeObject(pieces[0] ?? '', wire.glance)
}

/** An answer that is read only when somebody wants its parts, or its usage. */
class GlancedAt implements WholeAnswer {
  readonly kind = 'whole'
  readonly headers: Headers
  readonly bytes: Buffer
  readonly #wire: Wire

  constructor({ attempt }: Call, headers: Headers, bytes: Buffer) {
    this.headers = headers
    this.bytes = bytes
    this.#wire = attempt.wire
    attempt.unread = () => this.parts
  }

  get parts(): readonly Part[] {
    return this.#wire.parts(asObject(parseJson(this.bytes.toString('utf8'))) ?? {})
  }
}

function partsOfBody(call: Call, response: HttpResponse, bytes: Buffer): Part[] {
  const { engine, name } = call
  const { wire } = call.attempt
  const type = contentType(response) ?? ''
  if (wire.binary && !/\bjson\b/i.test(type)) return wire.parts({ type, bytes: bytes.length })
  const text = bytes.toString('utf8')
  const value = parseJson(text)
  const listed = Array.isArray(value) ? objectsIn(value) : []
  const body: JsonObject | undefined = asObject(value) ?? listed.at(-1)
  const said = wire.error(value)
  if (said) {
    const answer = { headers: response.headers, text, nowMs: engine.clock.now() }
    throw providerFailure(name, 200, said, answer)
  }
  if (listed.length > 0) return partsOfList(wire, listed)
  if (body) return wire.parts(body)
  const page = text.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON'
  throw new GatewayError('upstream_bad_response', `The provider answered with ${page}.`, {
    target: name,
  })
}

function partsOfEvents({ attempt }: Call, framing: Framing, bytes: Buffer): Part[] {
  const decoder = attempt.wire.decoder()
  return readFrames(framing, bytes).flatMap((event) => decoder.push(event))
}

/** Notes what the answer used, and refuses one that says nothing. */
function check(call: Call, parts: readonly Part[]): void {
  const { attempt, name } = call
  // Of other operations everything may be `raw`.
  let answered = call.ask.operation !== 'chat'
  for (const part of parts) {
    if (part.type === 'error') throw failureInside(call, part.error)
    if (part.type === 'usage') attempt.used(part)
    answered ||= isAnswer(part)
  }
  if (!answered) throw withoutAnswer(name)
}

/** Whether a part says something, or how it ended. */
export function isAnswer({ type }: Part): boolean {
  return type !== 'raw' && type !== 'usage' && type !== 'event'
}

export function withoutAnswer(target: string): GatewayError {
  const message = 'The provider sent JSON without an answer in it.'
  return new GatewayError('upstream_bad_response', message, { target })
}
