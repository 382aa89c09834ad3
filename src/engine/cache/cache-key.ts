import type { Credential, Target } from '../../config/config.ts'
import { blake3Of } from '../../lib/hash.ts'
import type { ModelCall } from '../ask.ts'
import { allPatches } from '../patches.ts'
import { forwarded } from '../send.ts'
import type { AttemptTrace } from '../trace.ts'

/**
 * Says which question it is: whom is asked, with whose key, and every byte that would be sent.
 * BLAKE3 in hex. A client's own key goes in as a hash, so that nobody is given what another's key
 * has bought.
 */
export function cacheKeyOf(ask: ModelCall, { target, wire, requestBody }: AttemptTrace): string {
  const { provider, upstreamModel, apiBase } = target
  const facts = {
    place: [provider.type, upstreamModel, apiBase, ask.operation, wire.name, ask.stream],
    headers: [forwarded(ask, wire.name), allPatches(ask, target, 'extraHeaders')],
    keys: keysOf(ask, target),
    extra: extraOf(ask),
  }
  return blake3Of([target.model, target.name, JSON.stringify(facts), requestBody])
}

/** Candidates with equal prompts are to differ. */
function extraOf({ variant }: ModelCall): string | null {
  const candidate = variant?.candidate ?? null
  return candidate === null ? null : `candidate_${candidate}`
}

function keysOf({ credentials }: ModelCall, { credential, settings }: Target): string[] {
  const names = [credential, ...Object.values(settings)].flatMap(dynamicKeys)
  return names.map((name) => {
    const secret = credentials.get(name)
    return `${name} ${secret ? blake3Of([secret.reveal()]) : ''}`
  })
}

function dynamicKeys(credential: Credential): string[] {
  if (credential.type === 'dynamic') return [credential.key]
  if (credential.type !== 'either') return []
  return [...dynamicKeys(credential.first), ...dynamicKeys(credential.fallback)]
}
