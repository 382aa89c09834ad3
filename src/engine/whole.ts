import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { readAll } from '../lib/body.ts'
import { asObject, parseJson, type JsonObject } from '../lib/json.ts'
import { SseReader } from '../lib/sse.ts'
import type { Headers, HttpResponse } from '../lib/transport.ts'
import { providerFailure } from './failures.ts'
import { type Call, failureInside, isEventStream, RESPONSE_LIMIT } from './under-way.ts'

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
  const bytes = await readAll(response.body, RESPONSE_LIMIT.bytes, RESPONSE_LIMIT.exceeded)
  call.attempt.received(bytes)
  call.attempt.ttftUs = call.engine.clock.us()
  const streamed = isEventStream(response)
  call.attempt.streamed = streamed
  const parts = streamed ? partsOfEvents(call, bytes) : partsOfBody(call, response, bytes)
  check(call, parts)
  return { kind: 'whole', headers: response.headers, bytes: streamed ? null : bytes, parts }
}

function partsOfBody(
  { target, engine, name }: Call,
  response: HttpResponse,
  bytes: Buffer,
): Part[] {
  const text = bytes.toString('utf8')
  const body: JsonObject | undefined = asObject(parseJson(text))
  const { wire } = target.provider
  const said = wire.error(body)
  if (said) {
    const answer = { headers: response.headers, text, nowMs: engine.clock.now() }
    throw providerFailure(name, 200, said, answer)
  }
  if (body) return wire.parts(body)
  const page = text.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON'
  throw new GatewayError('upstream_bad_response', `The provider answered with ${page}.`, {
    target: name,
  })
}

function partsOfEvents({ target }: Call, bytes: Buffer): Part[] {
  const reader = new SseReader()
  const decoder = target.provider.wire.decoder()
  return [...reader.push(bytes), ...reader.end()].flatMap((event) => decoder.push(event))
}

/** Notes what the answer used, and refuses one that says nothing. */
function check(call: Call, parts: readonly Part[]): void {
  const { attempt, name } = call
  let answered = false
  for (const part of parts) {
    if (part.type === 'error') throw failureInside(call, part.error)
    if (part.type === 'usage') attempt.used(part)
    answered ||= part.type !== 'raw' && part.type !== 'usage'
  }
  if (answered) return
  throw new GatewayError(
    'upstream_bad_response',
    'The provider sent JSON without an answer in it.',
    {
      target: name,
    },
  )
}
