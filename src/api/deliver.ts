import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { costOfAnswer } from '../engine/answer-cost.ts'
import type { Ask } from '../engine/ask.ts'
import type { Reply } from '../engine/call.ts'
import { infer, type Inference } from '../engine/infer.ts'
import { inNativeWords } from '../engine/native-words.ts'
import type { UpstreamStream } from '../engine/stream.ts'
import type { Trace } from '../engine/trace.ts'
import type { WholeAnswer } from '../engine/whole.ts'
import type { Client, EventStream } from '../http/client.ts'
import type { RawRequest, RawRoute } from '../http/route.ts'
import { headerOf } from '../lib/transport.ts'
import type { App } from './app.ts'
import type { Dialect, Envelope } from './dialect.ts'
import { errorHeaders, upstreamHeaders, weirHeaders } from './headers.ts'
import { refusedAsk } from './refused.ts'
import { rawFacts } from './tensorzero/raw.ts'

/** A route that answers in a dialect. */
export function dialectRoute(
  dialect: Dialect,
  route: { readonly paths: readonly string[]; readonly summary: string },
): RawRoute<App> {
  return {
    ...route,
    kind: 'raw',
    method: 'POST',
    scope: 'inference',
    handle: (app, request) => answer(app, dialect, request),
  }
}

/** Reads a request, has it answered, and hands the answer on, whatever it is, in its dialect. */
export async function answer(app: App, dialect: Dialect, request: RawRequest): Promise<void> {
  const { client } = request
  const { engine } = app
  let trace: Trace | undefined
  try {
    const { ask, refused } = await read(app, dialect, request)
    await infer(engine, ask, async (inference) => {
      trace = inference.trace
      if (refused) throw refused
      const delivery = { app, dialect, inference, client }
      if (ask.stream) await deliverStream(delivery)
      else await deliverWhole(delivery)
    })
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    if (client.headersSent) return
    const headers = { ...errorHeaders(error), ...(trace && weirHeaders(trace)) }
    const withJson = engine.config().gateway.unstableErrorJson
    const body = dialect.errorBody(error, trace, withJson)
    client.json(dialect.status?.(error) ?? error.status, body, headers)
    if (error.code === 'internal') throw error
  }
}

/** `refused`: the dialect could not read it, and says why. */
async function read(
  app: App,
  dialect: Dialect,
  request: RawRequest,
): Promise<{ readonly ask: Ask; readonly refused: GatewayError | null }> {
  try {
    return { ask: await dialect.read(request, app), refused: null }
  } catch (thrown) {
    return { ask: refusedAsk(dialect, request), refused: GatewayError.from(thrown) }
  }
}

interface Delivery {
  readonly app: App
  readonly dialect: Dialect
  readonly inference: Inference
  readonly client: Client
}

async function deliverWhole({ app, dialect, inference, client }: Delivery): Promise<void> {
  const { trace } = inference
  const reply = await replyOrEstimate(dialect, inference)
  if (reply.kind === 'whole' && reply.bytes && trace.relayed) {
    await inference.beforeEnd()
    const headers = { ...upstreamHeaders(reply.headers), ...weirHeaders(trace) }
    client.send(200, { 'content-type': typeOf(reply), ...headers }, reply.bytes)
    return
  }
  const parts = reply.kind === 'whole' ? reply.parts : await allParts(reply)
  await inference.beforeEnd()
  const headers = { ...upstreamHeaders(reply.headers), ...weirHeaders(trace) }
  client.json(200, dialect.whole(envelopeOf(app, trace), parts), headers)
}

/** Where no provider of the model can do it, a dialect that estimates says what it makes of the request. */
async function replyOrEstimate(dialect: Dialect, inference: Inference): Promise<Reply> {
  const { trace } = inference
  try {
    return await inference.reply()
  } catch (thrown) {
    const isOurs = dialect.estimates && GatewayError.from(thrown).code === 'unsupported'
    if (!isOurs || trace.model === null) throw thrown
    trace.warnings.push('an estimate')
    return { kind: 'whole', headers: {}, bytes: null, parts: [] }
  }
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** Of a body that goes on unread, only its provider can tell the kind. */
function typeOf({ headers }: WholeAnswer): string {
  const type = headerOf(headers, 'content-type')
  return type === undefined || /\bjson\b/i.test(type) ? JSON_TYPE : type
}

async function allParts(reply: UpstreamStream): Promise<Part[]> {
  const parts: Part[] = []
  for await (const events of reply.parts()) parts.push(...events.flat())
  return parts
}

async function deliverStream(delivery: Delivery): Promise<void> {
  const { app, dialect, inference, client } = delivery
  const { trace } = inference
  let upstream = {}
  const { framing } = dialect
  const headers = () => ({ ...framing?.headers, ...upstream, ...weirHeaders(trace) })
  const stream = client.eventStream(headers, framing?.silence)
  try {
    const reply = await inference.reply()
    upstream = upstreamHeaders(reply.headers)
    if (reply.kind === 'whole') await encodeWhole(delivery, stream, reply)
    else if (trace.relayed) await relay(delivery, stream, reply)
    else await encodeParts(delivery, stream, reply)
  } catch (thrown) {
    if (!stream.opened) stream.abandon()
    else stream.end(lastWords(dialect, GatewayError.from(thrown), trace, app))
    throw thrown
  }
}

/** The fast lane. */
async function relay(
  { dialect, inference }: Delivery,
  stream: EventStream,
  reply: UpstreamStream,
): Promise<void> {
  const frame = dialect.framing?.relay()
  const write = (events: Buffer) =>
    stream.write(frame ? frame.push(events) : events) ? undefined : stream.drained()
  // The end mark tells the client that all is well: where the record must be first, it waits.
  const writeLast = async (events: Buffer) => {
    await inference.beforeEnd()
    await write(events)
  }
  await reply.relay((events, ends) => (ends ? writeLast(events) : write(events)))
  await inference.beforeEnd()
  stream.end(frame?.end())
}

async function encodeParts(
  { app, dialect, inference }: Delivery,
  stream: EventStream,
  reply: UpstreamStream,
): Promise<void> {
  const encoder = dialect.stream(envelopeOf(app, inference.trace))
  for await (const events of reply.parts()) {
    const text = events.map((parts) => encoder.encode(parts)).join('')
    if (text !== '' && !stream.write(text)) await stream.drained()
  }
  await inference.beforeEnd()
  stream.end(encoder.end())
}

/** The provider answered in one piece though a stream was asked for: so it is one chunk. */
async function encodeWhole(
  { app, dialect, inference }: Delivery,
  stream: EventStream,
  reply: WholeAnswer,
): Promise<void> {
  const encoder = dialect.stream(envelopeOf(app, inference.trace))
  const event: Part[] = showsRaw(inference.trace)
    ? [{ type: 'event', text: rawText(inference.trace) }]
    : []
  const text = encoder.encode([...event, ...reply.parts])
  await inference.beforeEnd()
  stream.end(text + encoder.end())
}

/** What a client is told when its stream breaks: no end mark, so that nobody takes it for whole. */
function lastWords(dialect: Dialect, error: GatewayError, trace: Trace, { engine }: App): string {
  if (error.context.told === true) return ''
  const { doneAfterError, unstableErrorJson, debug } = engine.config().gateway
  const done = doneAfterError ? (dialect.endMark ?? '') : ''
  const { last } = trace
  const isUpstreams = trace.task && last && error.kind.class !== 'R7'
  const told = isUpstreams ? inNativeWords(last, error, debug) : error
  return dialect.streamError(told, trace, unstableErrorJson) + done
}

function envelopeOf({ engine }: App, trace: Trace): Envelope {
  const { ask } = trace
  const raw = rawFacts(trace)
  return {
    id: trace.id,
    episodeId: trace.episodeId,
    model: nameOf(trace),
    ...(trace.task && { task: trace.task }),
    created: Math.floor(trace.startedAt / 1000),
    providerType: trace.last?.target.provider.type ?? '',
    wire: trace.last?.wire.name ?? null,
    wantsUsage: ask.wantsUsage,
    ...(trace.last && {
      place: { model: trace.last.target.model, provider: trace.last.target.name },
    }),
    ...(raw && { raw }),
    request: ask.json,
    cost: () => costOfAnswer(engine, trace),
  }
}

/** A candidate that was chosen, or an answer out of the cache, is no event of this stream. */
function showsRaw({ ask: { include }, answering, last }: Trace): boolean {
  if (answering !== undefined || last?.cached === true) return false
  return include?.rawResponse === true || include?.originalResponse === true
}

function rawText(trace: Trace): string {
  return rawFacts(trace)?.lastResponse() ?? ''
}

/** What answered: a function says by which variant. */
function nameOf({ ask, task }: Trace): string {
  if (!task || ask.task?.functionName === null) return ask.requestedModel
  return `tensorzero::function_name::${task.fn.name}::variant_name::${task.variantName}`
}
