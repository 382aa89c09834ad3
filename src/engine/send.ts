import type { Target } from '../config/config.ts'
import { asObject, parseJson } from '../lib/json.ts'
import { playScript } from '../lib/script.ts'
import type { Flight, HttpRequest, Transport } from '../lib/transport.ts'
import type { ModelCall, WireName } from './ask.ts'
import type { Engine } from './engine.ts'
import { allPatches, patchHeaders, scriptPatches } from './patches.ts'
import { placeOf } from './request-body.ts'
import { secretOf, settingsOf } from './secrets.ts'
import type { AttemptTrace } from './trace.ts'

/** Sends the try's body on its way: to the provider, or to a script inside the process. */
export function send(
  engine: Engine,
  ask: ModelCall,
  attempt: AttemptTrace,
  earlierAttempts: number,
): Flight {
  const { target } = attempt
  if (target.provider.script) return play(engine, ask, attempt, earlierAttempts)
  const settings = settingsOf(target, ask)
  const url = urlOf(engine, ask, attempt, settings)
  attempt.url = url.origin + url.pathname
  const request: HttpRequest = {
    method: 'POST',
    url,
    headers: headersFor(engine, ask, attempt),
    body: attempt.sentBody ?? attempt.requestBody,
    pool: `${target.model}/${target.name}`,
  }
  const ready = authorized(engine, ask, target, { request, settings })
  if (ready instanceof Promise) return new LaterFlight(engine.transport, ready)
  return engine.transport.send(ready)
}

/** Of a call, what says who asks, and how its headers are to be changed. */
export type Caller = Pick<ModelCall, 'credentials' | 'extraHeaders' | 'variant'>

interface Unsigned {
  readonly request: HttpRequest
  /** The provider's fields that may be credential locations, as found for this request. */
  readonly settings: Readonly<Record<string, string>>
}

/** The request with what the provider knows its caller by, and with changed headers. */
export function authorized(
  engine: Engine,
  ask: Caller,
  target: Target,
  unsigned: Unsigned,
): HttpRequest | Promise<HttpRequest> {
  const { auth } = target.provider
  if (auth.type === 'aws' || auth.type === 'gcp') return signed(engine, ask, target, unsigned)
  const key = secretOf(target.credential, ask, target)?.reveal()
  return withKey(unsigned.request, auth, key, ask, target)
}

function play(
  engine: Engine,
  ask: ModelCall,
  attempt: AttemptTrace,
  earlierAttempts: number,
): Flight {
  const { target } = attempt
  const { provider, upstreamModel: model, options } = target
  attempt.url = `${provider.type}:${model}`
  const called = `${target.model} ${target.name}`
  const call = engine.scriptCalls.get(called) ?? 0
  engine.scriptCalls.set(called, call + 1)
  const body = asObject(parseJson(attempt.requestBody.toString('utf8'))) ?? {}
  const { operation, stream } = ask
  const script = provider.script?.({
    model,
    operation,
    call,
    earlierAttempts,
    body,
    options,
    key: secretOf(target.credential, ask, target)?.reveal() ?? null,
    patches: scriptPatches(ask, target),
    told: (encode) => {
      const place = { ...placeOf(target), wires: { chat: { ...attempt.wire, encode } } }
      return ask.encodeFor(place, { model, stream, options })?.body ?? null
    },
    newId: () => engine.ids.next(),
  })
  if (!script) throw new Error('Only scripted providers play.')
  return playScript(script)
}

function urlOf(
  { addresses }: Engine,
  { stream }: ModelCall,
  { target, wire }: AttemptTrace,
  settings: Readonly<Record<string, string>>,
): URL {
  const { provider, upstreamModel: model, apiBase: base, options } = target
  const place = { model, stream, options, wire, base, settings }
  const address = provider.url?.(place) ?? base + wire.path(place)
  const known = addresses.get(address)
  if (known) return known
  const url = new URL(address)
  addresses.set(address, url)
  return url
}

function headersFor(engine: Engine, ask: ModelCall, attempt: AttemptTrace): Record<string, string> {
  return {
    'content-type': ask.rename ? (ask.contentType ?? 'application/json') : 'application/json',
    accept: ask.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': engine.userAgent,
    ...attempt.target.provider.headers,
    ...forwarded(ask, attempt.wire.name),
  }
}

/** The client's headers that go on to a provider of this format. */
export function forwarded(
  { forward, wire }: ModelCall,
  name: WireName,
): Readonly<Record<string, string>> {
  if (forward?.wire !== name) return {}
  return wire === name ? { ...forward.wishes, ...forward.ofWords } : forward.wishes
}

type HeaderAuth = Exclude<Target['provider']['auth'], { type: 'aws' | 'gcp' }>

function withKey(
  request: HttpRequest,
  auth: HeaderAuth,
  key: string | undefined,
  ...patched: [Caller, Target]
): HttpRequest {
  if (key === undefined) return withPatches(request, ...patched)
  const headers = { ...request.headers }
  if (auth.type === 'bearer') headers['authorization'] = `Bearer ${key}`
  else headers[auth.name] = key
  return withPatches({ ...request, headers }, ...patched)
}

/** Headers that the configuration or the request changes: the last word, a key's included. */
function withPatches(request: HttpRequest, ask: Caller, target: Target): HttpRequest {
  const patches = allPatches(ask, target, 'extraHeaders')
  if (patches.length === 0) return request
  return { ...request, headers: patchHeaders(request.headers, patches) }
}

/** Cloud credentials: some must be fetched, and a signature covers the headers as they are sent. */
async function signed(
  { signers }: Engine,
  ask: Caller,
  target: Target,
  { request, settings }: Unsigned,
): Promise<HttpRequest> {
  const { auth } = target.provider
  const ready = withPatches(request, ask, target)
  if (auth.type === 'gcp') {
    const secret = secretOf(target.credential, ask, target)
    if (target.credential.type === 'none') return ready
    const fromRequest = secret !== null && [...ask.credentials.values()].includes(secret)
    const headers = await signers.gcp.headers({
      credential: secret?.reveal() ?? null,
      fromRequest,
    })
    return { ...ready, headers: { ...ready.headers, ...headers } }
  }
  if (auth.type !== 'aws') return ready
  const apiKey = secretOf(target.credential, ask, target)?.reveal() ?? settings['api_key'] ?? null
  const { method, url, headers, body } = ready
  const toSign = { method, url, headers: { ...headers }, body: body ?? Buffer.alloc(0) }
  const how = { service: auth.service, settings: { ...settings }, apiKey }
  const own = await signers.aws.headers(toSign, how)
  return { ...ready, headers: { ...headers, ...own } }
}

/** A flight that takes off once its request is ready. */
class LaterFlight implements Flight {
  readonly response: Flight['response']
  #flight: Flight | undefined
  #reason: Error | undefined

  constructor(transport: Transport, request: Promise<HttpRequest>) {
    this.response = this.#takeOff(transport, request)
  }

  abort(reason: Error): void {
    this.#reason = reason
    this.#flight?.abort(reason)
  }

  async #takeOff(transport: Transport, request: Promise<HttpRequest>): Flight['response'] {
    const ready = await request
    if (this.#reason) throw this.#reason
    this.#flight = transport.send(ready)
    return this.#flight.response
  }
}
