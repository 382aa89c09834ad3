import type { Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import type { BodyPatch } from '../domain/patch.ts'
import { asObject, type JsonObject } from '../lib/json.ts'
import { findTopLevel, type Span, splice, stands } from '../lib/json-splice.ts'
import { FOREIGN_THOUGHT } from '../providers/leftovers.ts'
import type { Wire } from '../providers/provider.ts'
import type { CallPlace, ModelCall } from './ask.ts'
import { allPatches, patchBody } from './patches.ts'
import { relayFields, relayFieldsOfOpenai } from './relayed-body.ts'

export interface OutgoingBody {
  readonly bytes: Buffer
  /** The same without secrets, for the record; absent: there are none in it. */
  readonly shown?: Buffer
  /** We asked for usage, the client did not: its chunk is not the client's. */
  readonly addedUsage: boolean
  readonly dropped: readonly string[]
}

const MODEL_KEY = '"model"'
const USAGE_OPTION = '"stream_options":{"include_usage":true},'

/**
 * The body for one target. Where the provider speaks the client's own format, the client's bytes
 * go on as they are but for the model's name; else our nouns are written in the provider's format.
 */
export function bodyFor(ask: ModelCall, target: Target, wire: Wire): OutgoingBody {
  const { provider, upstreamModel: model } = target
  if (provider.relays) return relayedBody(ask, target, wire)
  if (ask.rename && wire.name === ask.wire) {
    return { bytes: ask.rename(model), addedUsage: false, dropped: [] }
  }
  const asks = wire.usageOption === true && provider.quirks.asksForUsage === true
  const addedUsage = ask.stream && !ask.wantsUsage && asks
  if (wire.name === ask.wire) return sameFormat(ask, target, wire, addedUsage)
  const to = { model, stream: ask.stream, options: target.options }
  const encoded = ask.encodeFor(placeOf(target), to)
  if (!encoded) throw untranslatable(ask, target)
  const { body, dropped } = encoded
  const adapted = provider.adapt?.(body, to) ?? body
  const patches = allPatches(ask, target, 'extraBody')
  const bytes = written(adapted, addedUsage || (ask.stream && asks), patches)
  return { bytes, addedUsage, dropped }
}

/** What the wire and the provider give back as they got it goes on byte for byte. */
function sameFormat(ask: ModelCall, target: Target, wire: Wire, addedUsage: boolean): OutgoingBody {
  const { provider, upstreamModel: model, options } = target
  const patches = allPatches(ask, target, 'extraBody')
  const own = wire.tidied?.(ask.json, model) ?? ask.json
  const adapted = provider.adapt?.(own, { model, stream: ask.stream, options }) ?? own
  const unchanged = ask.verbatim && patches.length === 0 && adapted === ask.json
  const simple = unchanged && !(addedUsage && 'stream_options' in ask.json)
  const bytes = simple
    ? withModel(ask, target, wire, addedUsage)
    : written(wire.namesModel ? named(adapted, model) : adapted, addedUsage, patches)
  return { bytes, addedUsage, dropped: own === ask.json ? [] : [FOREIGN_THOUGHT] }
}

/** The body for another gateway: changes go on as changes, for they are meant for its providers. */
function relayedBody(ask: ModelCall, target: Target, wire: Wire): OutgoingBody {
  const { upstreamModel: model, options } = target
  const own = wire.name === ask.wire
  const to = { model, stream: ask.stream, options }
  const encoded = own ? { body: ask.json, dropped: [] } : ask.encodeFor(placeOf(target), to)
  if (!encoded) throw untranslatable(ask, target)
  const body = named(encoded.body, model)
  const chats = ask.operation === 'chat'
  const { all, shown } = (chats ? relayFields : relayFieldsOfOpenai)(ask, target)
  const bytes = (fields: JsonObject) => Buffer.from(JSON.stringify({ ...body, ...fields }))
  return {
    bytes: bytes(all),
    ...(all !== shown && { shown: bytes(shown) }),
    addedUsage: false,
    dropped: encoded.dropped,
  }
}

/** Where an adapted body names its model, that is the provider's; some are told it by the address. */
function named(body: JsonObject, model: string): JsonObject {
  return 'model' in body ? { ...body, model } : body
}

/** Where a target's calls go. */
export function placeOf({ wires, provider, apiBase, name, model }: Target): CallPlace {
  const { type, relays, quirksElsewhere } = provider
  const elsewhere = quirksElsewhere !== undefined && apiBase !== provider.apiBase
  const quirks = elsewhere ? { ...provider.quirks, ...quirksElsewhere } : provider.quirks
  return { wires, quirks, type, name, model, ...(relays && { relays }) }
}

function untranslatable({ dialect }: ModelCall, { provider, name, model }: Target): GatewayError {
  return new GatewayError(
    'unsupported',
    `A ${dialect} request cannot be put in the words of provider ${name} (${provider.type}): use another model.`,
    { target: `${model}/${name}` },
  )
}

function withModel(ask: ModelCall, target: Target, wire: Wire, addUsage: boolean): Buffer {
  return wire.namesModel ? spliced(ask, target, addUsage) : ask.body
}

function spliced(ask: ModelCall, target: Target, addUsage: boolean): Buffer {
  const { body } = ask
  if (!addUsage && target.upstreamModel === ask.requestedModel) return body
  const span = spanOfModel(ask)
  const name = JSON.stringify(target.upstreamModel)
  if (!addUsage) return splice(body, span, name)
  const open = body.indexOf(0x7b) + 1
  return Buffer.concat([
    body.subarray(0, open),
    Buffer.from(USAGE_OPTION),
    body.subarray(open, span.start),
    Buffer.from(name),
    body.subarray(span.end),
  ])
}

/** The quick way serves when the key's text stands once and the client's model follows it. */
function spanOfModel({ body, latin1, requestedModel }: ModelCall): Span {
  const text = latin1 ?? body.toString('latin1')
  const place = stands(text, MODEL_KEY)
  if (typeof place === 'number') {
    const value = `"${requestedModel}"`
    const start = text.indexOf('"', place + MODEL_KEY.length)
    // A name with other letters than ASCII's is not found so.
    if (text.startsWith(value, start)) return { start, end: start + value.length }
  }
  const span = findTopLevel(body, 'model').at(-1)
  if (!span) throw new Error('A checked body has no model.')
  return span
}

function written(body: JsonObject, addUsage: boolean, patches: readonly BodyPatch[]): Buffer {
  const full: JsonObject = addUsage
    ? {
        ...body,
        stream_options: { ...asObject(body['stream_options']), include_usage: true },
      }
    : body
  return Buffer.from(JSON.stringify(patchBody(full, patches)))
}
