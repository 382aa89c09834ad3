import type { Decoder } from '../providers/provider.ts'
import type { Call } from './under-way.ts'

/** The wire's decoder; where the configuration says so, what we have no noun for is left out. */
export function decoderOf({ attempt, target, warn }: Call): Decoder {
  const decoder = attempt.wire.decoder()
  if (!target.discardUnknown) return decoder
  let discarded = false
  return {
    get done() {
      return decoder.done
    },
    push: (event) =>
      decoder.push(event).filter((part) => {
        if (part.type !== 'unknown') return true
        if (!discarded) warn(`provider ${target.name} sent pieces that are not known: discarded`)
        discarded = true
        return false
      }),
  }
}
