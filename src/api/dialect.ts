import type { Part } from '../domain/chat.ts'
import type { GatewayError } from '../domain/errors.ts'
import type { Ask } from '../engine/ask.ts'
import type { TaskTrace } from '../engine/functions/task.ts'
import type { Trace } from '../engine/trace.ts'
import type { RawRequest } from '../http/route.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Include, WireName } from '../engine/ask.ts'
import type { App } from './app.ts'

/** A client API: how its requests are read, and how answers, streams and errors are written in it. */
export interface Dialect {
  /** As the record names it: `openai.chat`, `anthropic.messages`. */
  readonly name: string
  /** What a request that cannot be read asks for; absent: its `model`. */
  readonly asked?: (json: JsonObject, request: RawRequest) => string
  /** Reads and checks a request. Throws `GatewayError`. */
  read(request: RawRequest, app: App): Ask | Promise<Ask>
  /** A whole answer. */
  whole(envelope: Envelope, parts: readonly Part[]): JsonObject
  /** A fresh encoder for one stream. */
  stream(envelope: Envelope): StreamEncoder
  /** The status of an error, where this dialect has its own; absent: the error's. */
  status?(error: GatewayError): number
  /** `withJson`: the error as data too (`gateway.unstable_error_json`), where the dialect has a place. */
  errorBody(error: GatewayError, trace: Trace | undefined, withJson: boolean): JsonObject
  /** The bytes that end a stream which broke: this dialect's error event. */
  streamError(error: GatewayError, trace: Trace, withJson: boolean): string
  /** What this dialect's streams end with, for clients that wait for it even after an error. */
  readonly endMark?: string
  /** Where no provider can do it, `whole` answers by itself, without parts. */
  readonly estimates?: true
  /** How its streams are framed, where not as server-sent events. */
  readonly framing?: StreamFraming
}

export interface StreamFraming {
  readonly headers: Readonly<Record<string, string>>
  /** What may be sent at any time to show that there is still somebody. */
  readonly silence: string
  /** Reframes an upstream's own events, which come as whole server-sent events. */
  relay(): { push(events: Buffer): Buffer | string; end(): string }
}

/** Turns the parts of each event into this dialect's events; '' where it has nothing to say yet. */
export interface StreamEncoder {
  encode(parts: readonly Part[]): string
  /** What closes a stream that came to its end: usage, end mark. */
  end(): string
}

/** Of what the providers said, all that a client may ask to see. */
export interface RawFacts {
  readonly include: Include
  /** Of all calls, or of those before the one whose answer is streamed. */
  responses(which: 'all' | 'earlier'): JsonObject[]
  usages(which: 'all' | 'earlier' | 'last'): JsonObject[]
  /** The answer of the last call, word for word; null where the last call failed. */
  lastResponse(): string | null
}

/** What an answer says beside its parts. */
export interface Envelope {
  /** The inference's id, a UUIDv7. */
  readonly id: string
  readonly episodeId: string
  /** As the client wrote it. */
  readonly model: string
  /** Set where a function answers. */
  readonly task?: TaskTrace
  /** Seconds since 1970. */
  readonly created: number
  readonly providerType: string
  /** The format in which the provider answered; null when none did. */
  readonly wire: WireName | null
  /** The client asked for usage in its stream, or does not stream. */
  readonly wantsUsage: boolean
  /** The request in the dialect's own terms, for what an answer repeats of it. */
  readonly request: JsonObject
  /** The model and its provider that answered. */
  readonly place?: { readonly model: string; readonly provider: string }
  /** What the answer tells beside itself, where the client asked for it. */
  readonly raw?: RawFacts
  /** What the answer cost as far as it has come, in US dollars; null when no price is known. */
  readonly cost: () => number | null
}
