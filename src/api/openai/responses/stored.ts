import { DEFAULT_FUNCTION } from '../../../engine/functions/default-function.ts'
import { sentResponse } from '../../../engine/sent-response.ts'
import {
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../../lib/json.ts'
import { readEventsIn } from '../../../lib/sse.ts'
import type { StoredInference } from '../../../store/store.ts'
import { blocksAsParts } from '../../blocks-as-parts.ts'
import type { Envelope } from '../../dialect.ts'
import { encodeResponse } from './encode.ts'
import { inputOf } from './input.ts'
import { itemId, OWN_THOUGHT, responseId } from './items.ts'

/** A response as the log keeps it: read from its request and its answer. */
export interface StoredResponse {
  /** The response object its client was sent. */
  readonly response: JsonObject
  /** What the request itself said, without what went before; each item has an id. */
  readonly input: readonly JsonObject[]
  /** The turn before; undefined or '' for none. */
  readonly previousId: string | undefined
  readonly episodeId: string
  /** The name is ours, not the provider's. */
  readonly own: boolean
  /** About how much was read for it. */
  readonly bytes: number
}

/** Null when its texts are gone. */
export function readStored(stored: StoredInference): StoredResponse | null {
  const { record } = stored
  const request = asObject(parseJson(record.rawRequest))
  const own = record.responseId === responseId(record.id)
  const response = own ? rebuilt(stored, request ?? {}) : relayed(stored)
  if (!request || !response) return null
  return {
    response,
    input: inputItems(request['input'], record.id),
    episodeId: stored.episodeId,
    previousId: asString(request['previous_response_id']),
    own,
    bytes: record.rawRequest.length + (answering(stored)?.bytesIn ?? 0),
  }
}

/** The upstream's own words, as they went to the client. */
function relayed(stored: StoredInference): JsonObject | undefined {
  const text = answering(stored)?.rawResponse ?? ''
  if (!stored.stream) return asObject(parseJson(text))
  const events = readEventsIn(text).map(({ data }) => parseJson(data) ?? null)
  return sentResponse(objectsIn(events))
}

function answering({ attemptRecords }: StoredInference) {
  return attemptRecords.findLast(({ error }) => error === null)
}

function rebuilt(stored: StoredInference, request: JsonObject): JsonObject {
  const { record } = stored
  const envelope: Envelope = {
    id: record.id,
    episodeId: record.episodeId,
    model: modelOf(stored),
    created: Math.floor(record.startedAt / 1000),
    providerType: answering(stored)?.providerType ?? '',
    wire: null,
    wantsUsage: true,
    request,
    cost: () => null,
  }
  const { usage, finish } = record
  return encodeResponse(envelope, [
    ...blocksAsParts(record.output),
    ...(usage ? [{ type: 'usage', usage, raw: {} } as const] : []),
    ...(finish ? [{ type: 'finish', reason: finish, raw: '' } as const] : []),
  ])
}

function modelOf({ record }: StoredInference): string {
  const { functionName, variantName, requestedModel } = record
  if (functionName === DEFAULT_FUNCTION) return requestedModel
  return `tensorzero::function_name::${functionName}::variant_name::${variantName}`
}

/** A text, or items: whole ones, each with an id that stays the same. */
function inputItems(input: Json | undefined, inferenceId: string): JsonObject[] {
  return inputOf(input).map((item, index) => wholeItem(item, inferenceId, index))
}

function wholeItem(item: JsonObject, inferenceId: string, index: number): JsonObject {
  const type = asString(item['type']) ?? 'message'
  const id = asString(item['id']) ?? itemId(`${KINDS[type] ?? 'item'}_in`, inferenceId, index)
  const { content, role } = item
  const short = type === 'message' && typeof content === 'string'
  return { ...item, id, type, ...(short && { content: [textPiece(content, role)] }) }
}

const KINDS: Readonly<Record<string, string>> = { message: 'msg', reasoning: OWN_THOUGHT }

function textPiece(text: string, role: Json | undefined): JsonObject {
  if (role === 'assistant') return { type: 'output_text', text, annotations: [] }
  return { type: 'input_text', text }
}
