import type { Part } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Engine } from '../../engine/engine.ts'
import { infer, type Inference } from '../../engine/infer.ts'
import { hasEndMark } from '../../engine/relay.ts'
import type { Trace } from '../../engine/trace.ts'
import type { UpstreamStream } from '../../engine/stream.ts'
import type { WholeAnswer } from '../../engine/whole.ts'
import type { Client, EventStream } from '../../http/client.ts'
import type { RawRequest, RawRoute } from '../../http/route.ts'
import type { App } from '../app.ts'
import { formatEvent } from '../../lib/sse.ts'
import { encodeCompletion, type Envelope } from './encode.ts'
import { ChunkEncoder } from './encode-stream.ts'
import { errorBody, errorHeaders } from './errors.ts'
import { readChatRequest } from './request.ts'
import { upstreamHeaders, weirHeaders } from './headers.ts'

/** `POST /openai/v1/chat/completions`. Source: OpenAI API reference, "Create chat completion". */
export const chatCompletions: RawRoute<App> = {
  kind: 'raw',
  method: 'POST',
  paths: ['/openai/v1/chat/completions', '/v1/chat/completions'],
  scope: 'inference',
  summary: 'Answer a conversation, as the OpenAI API does.',
  handle: ({ engine }, request) => answerChat(engine, request),
}

async function answerChat(engine: Engine, request: RawRequest): Promise<void> {
  const { client } = request
  let trace: Trace | undefined
  try {
    const ask = readChatRequest(request)
    await infer(engine, ask, async (inference) => {
      trace = inference.trace
      if (ask.stream) await deliverStream(engine, inference, client)
      else await deliverWhole(inference, client)
    })
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    if (client.headersSent) return
    const headers = { ...errorHeaders(error), ...(trace && weirHeaders(trace)) }
    client.json(error.status, errorBody(error, trace), headers)
    if (error.code === 'internal') throw error
  }
}

async function deliverWhole(inference: Inference, client: Client): Promise<void> {
  const { trace } = inference
  const reply = await inference.reply()
  const parts = reply.kind === 'whole' ? reply.parts : await allParts(reply)
  await inference.beforeEnd()
  const headers = { ...upstreamHeaders(reply.headers), ...weirHeaders(trace) }
  if (trace.ask.relay && reply.kind === 'whole' && reply.bytes && speaksClientWire(trace)) {
    client.send(200, { 'content-type': 'application/json; charset=utf-8', ...headers }, reply.bytes)
    return
  }
  client.json(200, encodeCompletion(envelopeOf(trace), parts), headers)
}

async function allParts(reply: UpstreamStream): Promise<Part[]> {
  const parts: Part[] = []
  for await (const events of reply.parts()) parts.push(...events.flat())
  return parts
}

async function deliverStream(engine: Engine, inference: Inference, client: Client): Promise<void> {
  const { trace } = inference
  let upstream = {}
  const stream = client.eventStream(() => ({ ...upstream, ...weirHeaders(trace) }))
  try {
    const reply = await inference.reply()
    upstream = upstreamHeaders(reply.headers)
    if (reply.kind === 'whole') await encodeWhole(inference, stream, reply)
    else if (trace.ask.relay && speaksClientWire(trace)) await relay(inference, stream, reply)
    else await encodeParts(inference, stream, reply)
  } catch (thrown) {
    if (!stream.opened) stream.abandon()
    else stream.end(lastWords(engine, GatewayError.from(thrown), trace))
    throw thrown
  }
}

function speaksClientWire({ ask, last }: Trace): boolean {
  return last?.target.provider.wire.name === ask.wire
}

const END_MARK = '[DONE]'

async function relay(
  inference: Inference,
  stream: EventStream,
  reply: UpstreamStream,
): Promise<void> {
  for await (const bytes of reply.bytes()) {
    // The mark tells the client that all is well: where the record must be first, it waits.
    if (hasEndMark(bytes)) await inference.beforeEnd()
    if (!stream.write(bytes)) await stream.drained()
  }
  await inference.beforeEnd()
  stream.end()
}

async function encodeParts(
  inference: Inference,
  stream: EventStream,
  reply: UpstreamStream,
): Promise<void> {
  const { trace } = inference
  const encoder = new ChunkEncoder(envelopeOf(trace), trace.ask.wantsUsage)
  for await (const events of reply.parts()) {
    const text = events.map((parts) => encoder.encode(parts)).join('')
    if (text !== '' && !stream.write(text)) await stream.drained()
  }
  await inference.beforeEnd()
  stream.end(encoder.end())
}

/** The provider answered in one piece though a stream was asked for: so it is one chunk. */
async function encodeWhole(
  inference: Inference,
  stream: EventStream,
  reply: WholeAnswer,
): Promise<void> {
  const { trace } = inference
  const encoder = new ChunkEncoder(envelopeOf(trace), trace.ask.wantsUsage)
  const text = encoder.encode(reply.parts)
  await inference.beforeEnd()
  stream.end(text + encoder.end())
}

/** What a client is told when its stream breaks: no end mark, so that nobody takes it for whole. */
function lastWords(engine: Engine, error: GatewayError, trace: Trace): string {
  if (error.context.told === true) return ''
  const done = engine.config().gateway.doneAfterError ? formatEvent(END_MARK) : ''
  return formatEvent(JSON.stringify(errorBody(error, trace))) + done
}

function envelopeOf(trace: Trace): Envelope {
  return {
    id: trace.id,
    episodeId: trace.episodeId,
    model: trace.ask.requestedModel,
    created: Math.floor(trace.startedAt / 1000),
    providerType: trace.last?.target.provider.type ?? '',
  }
}
