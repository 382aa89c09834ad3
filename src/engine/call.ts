import type { Model } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { parseJson } from '../lib/json.ts'
import type { Flight, HttpResponse } from '../lib/transport.ts'
import { readAll } from '../lib/body.ts'
import type { ModelCall } from './ask.ts'
import { cacheUse, recall, withoutUsage } from './cache/recall.ts'
import type { Engine } from './engine.ts'
import { attemptFailure, providerFailure } from './failures.ts'
import { bodyFor, type OutgoingBody } from './request-body.ts'
import { openStream, type UpstreamStream } from './stream.ts'
import { send } from './send.ts'
import { TimeLimit } from './time-limit.ts'
import type { AttemptTrace, Trace } from './trace.ts'
import { type Call, contentType } from './under-way.ts'
import { framingAt, readWhole, type WholeAnswer } from './whole.ts'

export type Reply = WholeAnswer | UpstreamStream

const MAX_ERROR_BYTES = 1024 * 1024
const NOTHING = Buffer.alloc(0)

interface CallOf {
  readonly trace: Trace
  readonly model: Model
  readonly attempt: AttemptTrace
  /** When the model's first try began, µs. */
  readonly startedUs: number
}

/**
 * Calls one provider once. Resolves when the answer is whole or, in a stream, when its first
 * content has come: until then another try may still take its place. Rejects with `GatewayError`.
 */
export async function call(
  engine: Engine,
  { trace, model, attempt, startedUs }: CallOf,
): Promise<Reply> {
  const { target, ask } = attempt
  const name = `${model.name}/${target.name}`
  let release = nothing
  try {
    const sent = bodyFor(ask, target, attempt.wire)
    noteDropped(trace, target, sent)
    attempt.requestBody = sent.shown ?? sent.bytes
    attempt.sentBody = sent.shown ? sent.bytes : null
    // The other gateway has a cache of its own, and was told how to use it.
    const use = target.provider.relays ? null : cacheUse(engine, trace)
    const known = use && (await recall(engine, use, attempt))
    const flight = known ?? send(engine, ask, attempt, attempt.number - 1)
    const limit = new TimeLimit(
      {
        target,
        model,
        globalMs: engine.config().gateway.globalTimeoutMs,
        stream: ask.stream,
        requestUs: trace.startedUs,
        modelUs: startedUs,
        variant: ask.variant ?? null,
        attemptUs: attempt.startedUs,
      },
      (reason) => flight.abort(reason),
    )
    release = guard(engine, ask, flight, limit)
    const response = await flight.response
    noteHead(engine, attempt, response)
    if (response.status !== 200) throw await refused(engine, name, attempt, response)
    const warn = (text: string) => void trace.warnings.push(text)
    const under: Call = { engine, ask, target, name, attempt, limit, sent, warn, release }
    const start = ask.stream ? ((await response.body.peek()) ?? NOTHING) : null
    const framing = start && framingAt(under, response, start)
    const reply = framing
      ? await openStream(under, response, framing)
      : await readWhole(under, response)
    if (reply.kind === 'whole') release()
    return known ? withoutUsage(reply) : reply
  } catch (thrown) {
    release()
    const error = attemptFailure(name, thrown)
    attempt.mayHaveBeenBilled ||= mayBeBilled(error, attempt)
    throw error
  }
}

function nothing(): void {}

/** Ends the call when its time is up or its client has left. Returns how to stop watching. */
function guard(engine: Engine, ask: ModelCall, flight: Flight, limit: TimeLimit): () => void {
  engine.deadlines.add(limit)
  const drains = engine.config().gateway.onClientDisconnect === 'drain'
  const unlisten = drains ? () => {} : ask.gone.listen((reason) => flight.abort(reason))
  return () => {
    engine.deadlines.remove(limit)
    unlisten()
  }
}

function noteHead(engine: Engine, attempt: AttemptTrace, response: HttpResponse): void {
  attempt.headUs = engine.clock.us()
  attempt.status = response.status
  attempt.responseType = contentType(response) ?? null
  attempt.reusedSocket = response.reusedSocket
  attempt.staleRetry = response.staleRetry
  attempt.mayHaveBeenBilled ||= response.staleRetry
}

function noteDropped(trace: Trace, target: AttemptTrace['target'], sent: OutgoingBody): void {
  for (const what of sent.dropped) {
    trace.warnings.push(`provider ${target.name} cannot take ${what}`)
  }
}

/** The error that a status other than 200 means. Redirects are not followed: a key must not travel. */
async function refused(
  engine: Engine,
  name: string,
  attempt: AttemptTrace,
  response: HttpResponse,
): Promise<GatewayError> {
  const bytes = await readAll(
    response.body,
    MAX_ERROR_BYTES,
    () => new GatewayError('upstream_bad_response', 'The provider sent an endless error.'),
  )
  attempt.received(bytes)
  const text = bytes.toString('utf8')
  const said = attempt.wire.error(parseJson(text))
  const nowMs = engine.clock.now()
  return providerFailure(name, response.status, said, { headers: response.headers, text, nowMs })
}

function mayBeBilled(error: GatewayError, attempt: AttemptTrace): boolean {
  if (attempt.status !== null && attempt.status >= 400) return false
  return attempt.bytesIn > 0 || error.kind.class === 'R2'
}
