import type { Target } from '../../config/config.ts'
import { GatewayError } from '../../domain/errors.ts'
import { readAll } from '../../lib/body.ts'
import { parseJson } from '../../lib/json.ts'
import type { Flight, HttpRequest } from '../../lib/transport.ts'
import type { BatchCall, BatchSteps } from '../../providers/batch.ts'
import type { ModelCall } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { attemptFailure, providerFailure } from '../failures.ts'
import { settingsOf } from '../secrets.ts'
import { authorized } from '../send.ts'

/** A file of answers can be long; it is read whole. */
const MAX_BYTES = 512 * 1024 * 1024

/** Whom to ask, and by whose keys. */
export interface AskedInSteps {
  readonly target: Target
  readonly credentials: ModelCall['credentials']
}

/** Makes the calls that a provider's steps want, one after the other. Throws `GatewayError`. */
export async function askInSteps<Result>(
  engine: Engine,
  asked: AskedInSteps,
  steps: BatchSteps<Result>,
): Promise<Result> {
  let step = steps.next()
  while (step.done !== true) step = steps.next(await answerTo(engine, asked, step.value))
  return step.value
}

async function answerTo(engine: Engine, asked: AskedInSteps, call: BatchCall): Promise<Buffer> {
  const { target, credentials } = asked
  const name = `${target.model}/${target.name}`
  const caller = { credentials, extraHeaders: [] }
  const settings = settingsOf(target, caller)
  const unsigned = { request: requestOf(engine, target, call), settings }
  const from = call.elsewhere ? { ...target, extraHeaders: [] } : target
  const flight = engine.transport.send(await authorized(engine, caller, from, unsigned))
  const ms = engine.config().gateway.globalTimeoutMs
  const expire = () => flight.abort(tooLate(name, ms))
  try {
    return await engine.deadlines.during(ms, expire, received(engine, target, flight))
  } catch (thrown) {
    throw attemptFailure(name, thrown)
  }
}

async function received(engine: Engine, target: Target, flight: Flight): Promise<Buffer> {
  const name = `${target.model}/${target.name}`
  const { status, headers, body } = await flight.response
  const bytes = await readAll(body, MAX_BYTES, () => tooMuch(name))
  if (status >= 200 && status < 300) return bytes
  const text = bytes.toString('utf8')
  const said = target.wires.chat?.error(parseJson(text)) ?? null
  throw providerFailure(name, status, said, { headers, text, nowMs: engine.clock.now() })
}

function requestOf(engine: Engine, target: Target, call: BatchCall): HttpRequest {
  return {
    method: call.method,
    url: new URL(call.url),
    headers: {
      ...(call.contentType !== undefined && { 'content-type': call.contentType }),
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': engine.userAgent,
      ...(!call.elsewhere && target.provider.headers),
    },
    body: call.body,
    pool: `${target.model}/${target.name}`,
  }
}

function tooLate(target: string, ms: number): GatewayError {
  const setting = 'gateway.global_outbound_http_timeout_ms'
  const message = `A call for the batch timed out due to configured \`${setting}\` timeout.`
  const limit = { owner: 'request', name: '', setting, ms } as const
  return new GatewayError('upstream_timeout', message, { target, limit })
}

function tooMuch(target: string): GatewayError {
  const message = `The provider sent more than ${MAX_BYTES / 1024 / 1024} MiB.`
  return new GatewayError('upstream_bad_response', message, { target })
}
