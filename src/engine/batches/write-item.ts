import type { Target } from '../../config/config.ts'
import type { ChatVariant } from '../../config/functions.ts'
import type { ChatRequest } from '../../domain/chat.ts'
import { BATCH_DIALECT } from '../../domain/record.ts'
import { Cancellation } from '../../lib/cancel.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ChatWire } from '../../providers/provider.ts'
import type { ModelCall } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { chatRequestOf, encodeForPlace, inputOfCall } from '../functions/chat-request.ts'
import { render } from '../functions/render.ts'
import { tellingOf } from '../functions/variant-context.ts'
import { bodyFor } from '../request-body.ts'
import type { BatchItem } from './batch-item.ts'
import type { ReadyItem } from './ready-items.ts'

export interface Writing {
  readonly engine: Engine
  readonly variant: ChatVariant
  readonly target: Target
  readonly wire: ChatWire
  readonly credentials: ModelCall['credentials']
  readonly batchId: string
}

/** A request as it is handed in to one provider. Throws `GatewayError` (400). */
export function writeItem(writing: Writing, ready: ReadyItem): BatchItem {
  const { engine, variant, target, batchId } = writing
  const { noted, task } = ready
  const told = tellingOf({ task, noted }, variant, render(variant, task.input))
  const input = inputOfCall(told)
  const sent = bodyFor(callOf(writing, chatRequestOf(told, noted), input), target, writing.wire)
  const dropped = sent.dropped.map((what) => `provider ${target.name} cannot take ${what}`)
  return {
    id: ready.id,
    attemptId: engine.ids.next(),
    episodeId: ready.episodeId,
    tags: { ...ready.tags, 'weir::batch_id': batchId },
    warnings: [...ready.warnings, ...dropped],
    task: noted.task,
    params: told.params,
    answersByTool: told.jsonMode === 'tool' && told.outputSchema !== null,
    input,
    request: marked(target, sent.bytes.toString('utf8'), ready.id),
  }
}

function marked({ provider }: Target, body: string, id: string): string {
  if (!provider.batch?.mark) return body
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `bodyFor` writes an object's JSON
  return JSON.stringify(provider.batch.mark(JSON.parse(body) as JsonObject, id))
}

/** What is asked of the model, as if it were asked alone. */
function callOf(
  { engine, variant, credentials }: Writing,
  chat: ChatRequest,
  input: JsonObject,
): ModelCall {
  return {
    dialect: BATCH_DIALECT,
    operation: 'chat',
    wire: null,
    requestedModel: variant.model,
    relay: false,
    stream: false,
    wantsUsage: true,
    body: Buffer.alloc(0),
    json: {},
    verbatim: false,
    encodeFor: (place, to) => encodeForPlace(chat, place, to),
    credentials,
    cache: null,
    extraBody: [],
    extraHeaders: [],
    variant: {
      name: variant.name,
      timeouts: variant.timeouts,
      startedUs: engine.clock.us(),
      extraBody: variant.extraBody,
      extraHeaders: variant.extraHeaders,
      input,
      candidate: null,
    },
    gone: new Cancellation(),
  }
}
