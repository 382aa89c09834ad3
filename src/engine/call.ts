import type { Credential, Model, Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import { parseJson } from '../lib/json.ts'
import { playScript } from '../lib/script.ts'
import type { Secret } from '../lib/secret.ts'
import type { Flight, HttpResponse } from '../lib/transport.ts'
import { readAll } from '../lib/body.ts'
import type { Ask } from './ask.ts'
import type { Engine } from './engine.ts'
import { attemptFailure, providerFailure } from './failures.ts'
import { bodyFor, type OutgoingBody } from './request-body.ts'
import { openStream, type UpstreamStream } from './stream.ts'
import { TimeLimit } from './time-limit.ts'
import type { AttemptTrace, Trace } from './trace.ts'
import { type Call, isEventStream } from './under-way.ts'
import { readWhole, type WholeAnswer } from './whole.ts'

export type Reply = WholeAnswer | UpstreamStream

const MAX_ERROR_BYTES = 1024 * 1024

/**
 * Calls one provider once. Resolves when the answer is whole or, in a stream, when its first
 * content has come: until then another try may still take its place. Rejects with `GatewayError`.
 */
export async function call(
  engine: Engine,
  { trace, model, attempt }: { trace: Trace; model: Model; attempt: AttemptTrace },
): Promise<Reply> {
  const { ask } = trace
  const { target } = attempt
  const name = `${model.name}/${target.name}`
  let release = nothing
  try {
    const sent = bodyFor(ask, target)
    noteDropped(trace, target, sent)
    attempt.requestBody = sent.bytes
    const flight = send(engine, ask, attempt, trace.attempts.length - 1)
    const limit = new TimeLimit(
      {
        target,
        model,
        globalMs: engine.config().gateway.globalTimeoutMs,
        stream: ask.stream,
        requestUs: trace.startedUs,
        attemptUs: attempt.startedUs,
      },
      (reason) => flight.abort(reason),
    )
    release = guard(engine, ask, flight, limit)
    const response = await flight.response
    noteHead(engine, attempt, response)
    if (response.status !== 200) throw await refused(engine, name, attempt, response)
    const under: Call = { engine, ask, target, name, attempt, limit, sent, release }
    if (ask.stream && isEventStream(response)) return await openStream(under, response)
    const whole = await readWhole(under, response)
    release()
    return whole
  } catch (thrown) {
    release()
    const error = attemptFailure(name, thrown)
    attempt.mayHaveBeenBilled ||= mayBeBilled(error, attempt)
    throw error
  }
}

function nothing(): void {}

function send(engine: Engine, ask: Ask, attempt: AttemptTrace, earlierAttempts: number): Flight {
  const { target } = attempt
  const { provider } = target
  if (provider.script) {
    const calls = countCall(engine.scriptCalls, `${target.model} ${target.name}`)
    attempt.url = `${provider.type}:${target.upstreamModel}`
    const body = parseJson(attempt.requestBody.toString('utf8'))
    const request = { model: target.upstreamModel, call: calls, earlierAttempts }
    return playScript(
      provider.script({
        ...request,
        body: typeof body === 'object' && !Array.isArray(body) ? (body ?? {}) : {},
        options: target.options,
      }),
    )
  }
  const url = new URL(target.apiBase + provider.wire.path)
  attempt.url = url.origin + url.pathname
  const key = secretOf(target.credential, ask, target)
  return engine.transport.send({
    method: 'POST',
    url,
    headers: headersFor(engine, ask, target, key),
    body: attempt.requestBody,
    pool: `${target.model}/${target.name}`,
  })
}

/** Clients can make up short names without end: old counts go. */
const MAX_COUNTED = 1000

function countCall(calls: Map<string, number>, key: string): number {
  const before = calls.get(key) ?? 0
  calls.delete(key)
  calls.set(key, before + 1)
  const [oldest] = calls.keys()
  if (calls.size > MAX_COUNTED && oldest !== undefined) calls.delete(oldest)
  return before
}

function headersFor(
  engine: Engine,
  ask: Ask,
  target: Target,
  key: Secret | null,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: ask.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': engine.userAgent,
    ...target.provider.headers,
  }
  if (key) headers['authorization'] = `Bearer ${key.reveal()}`
  for (const patch of [...target.extraHeaders, ...ask.extraHeaders]) {
    const name = patch.name.toLowerCase()
    if ('value' in patch) headers[name] = patch.value
    else delete headers[name]
  }
  return headers
}

function secretOf(credential: Credential, ask: Ask, target: Target): Secret | null {
  switch (credential.type) {
    case 'none':
      return null
    case 'secret':
      return credential.secret
    case 'dynamic': {
      const secret = ask.credentials.get(credential.key)
      if (secret) return secret
      throw new GatewayError(
        'invalid_request',
        `Provider ${target.name} takes its key from the request: add \`${credential.key}\` to \`tensorzero::credentials\`.`,
      )
    }
    case 'missing':
      throw new GatewayError('upstream_credential', credential.message)
    case 'either':
      return isAvailable(credential.first, ask)
        ? secretOf(credential.first, ask, target)
        : secretOf(credential.fallback, ask, target)
  }
}

function isAvailable(credential: Credential, ask: Ask): boolean {
  if (credential.type === 'dynamic') return ask.credentials.has(credential.key)
  return credential.type !== 'missing'
}

/** Ends the call when its time is up or its client has left. Returns how to stop watching. */
function guard(engine: Engine, ask: Ask, flight: Flight, limit: TimeLimit): () => void {
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
  attempt.reusedSocket = response.reusedSocket
  attempt.staleRetry = response.staleRetry
  attempt.mayHaveBeenBilled ||= response.staleRetry
}

function noteDropped(trace: Trace, target: Target, sent: OutgoingBody): void {
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
  const said = attempt.target.provider.wire.error(parseJson(text))
  const nowMs = engine.clock.now()
  return providerFailure(name, response.status, said, { headers: response.headers, text, nowMs })
}

function mayBeBilled(error: GatewayError, attempt: AttemptTrace): boolean {
  if (attempt.status !== null && attempt.status >= 400) return false
  return attempt.bytesIn > 0 || error.kind.class === 'R2'
}
