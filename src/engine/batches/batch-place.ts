import type { Target } from '../../config/config.ts'
import type { BatchPlace } from '../../providers/batch.ts'
import type { Wire } from '../../providers/provider.ts'

/** Where a target's batches are handed in and asked after. */
export function batchPlace(target: Target, wire: Wire): BatchPlace {
  const { upstreamModel: model, options, apiBase: base, batchFiles: files } = target
  return { base, options, model, files, path: wire.path({ model, options, stream: false }) }
}
