import type { Target } from '../../config/config.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { BatchApi, BatchPlace } from '../../providers/batch.ts'
import type { ChatWire } from '../../providers/provider.ts'

/** How and where a target's batches are handed in and asked after. */
export interface Batching {
  readonly api: BatchApi
  readonly wire: ChatWire
  readonly place: BatchPlace
}

/** Throws `GatewayError` (500) where the provider takes none. */
export function batchingOf(target: Target): Batching {
  const {
    provider,
    wires,
    upstreamModel: model,
    options,
    apiBase: base,
    batchFiles: files,
  } = target
  const { batch: api, type } = provider
  const { chat: wire } = wires
  if (!api || !wire) {
    const message = `Unsupported model provider for batch inference: ${type}`
    throw new GatewayError('unsupported', message, { status: 500 })
  }
  const path = wire.path({ model, options, stream: false })
  return { api, wire, place: { base, options, model, files, path } }
}
