import type { BodyPatch, HeaderPatch } from '../domain/patch.ts'
import type { Cancellation } from '../lib/cancel.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Secret } from '../lib/secret.ts'
import type {
  Encoded,
  Operation,
  Quirks,
  WireName,
  Wires,
  WireTarget,
} from '../providers/provider.ts'

export type { WireName } from '../providers/provider.ts'

/** What a client asks for, read by its dialect. The engine decides everything else. */
export interface Ask {
  /** The client's API, as the record names it: `openai.chat`, `anthropic.messages`. */
  readonly dialect: string
  readonly operation: Operation
  /** The provider wire that speaks the client's own format. */
  readonly wire: WireName
  /** The model's name as the client wrote it. */
  readonly requestedModel: string
  /** The same without a `tensorzero::` prefix: a configured name or a short one. */
  readonly model: string
  /** A bare name: the client wants the upstream's own bytes. */
  readonly relay: boolean
  readonly stream: boolean
  /** The client asked for usage in its stream, or does not stream. */
  readonly wantsUsage: boolean
  /** The body as received. */
  readonly body: Buffer
  /** The body in the dialect's own terms: what is ours has been taken out. */
  readonly json: JsonObject
  /** `body` says just what `json` does: its bytes may go on. */
  readonly verbatim: boolean
  /** Of `body`; absent: JSON. */
  readonly contentType?: string
  /**
   * The request in the format of a provider that speaks another wire, by way of our nouns. Null
   * where this operation has no nouns, or the provider cannot do it.
   */
  encodeFor(
    provider: { readonly wires: Wires; readonly quirks: Quirks },
    target: WireTarget,
  ): Encoded | null
  /** `body` with the model's name at the provider, where it is no JSON (multipart forms). */
  rename?(model: string): Buffer
  /** Headers of the client that go on to providers of the same wire (`anthropic-beta`). */
  readonly forwardHeaders?: Readonly<Record<string, string>>
  readonly episodeId: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly credentials: ReadonlyMap<string, Secret>
  readonly extraBody: readonly BodyPatch[]
  readonly extraHeaders: readonly HeaderPatch[]
  readonly dryrun: boolean
  readonly warnings: readonly string[]
  /** Cancelled when the client goes away. */
  readonly gone: Cancellation
}
