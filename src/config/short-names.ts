import { Lru } from '../lib/lru.ts'
import type { Model, Relay } from './config.ts'
import { NO_TIMEOUTS, toRelayTarget, toShortTarget } from './target.ts'
import type { DefaultsByType } from './type-defaults.ts'

/** Callers choose these names, so there must be an end to how many are kept. */
const MOST_KEPT = 1000

/** Finds the model of a short name (`openrouter::openai/gpt-oss-20b`), and keeps the latest used. */
export function createShortNames(
  types: DefaultsByType,
  relay: Relay | null,
): (name: string) => Model | undefined {
  const kept = new Lru<string, Model>(MOST_KEPT)
  return (name) => {
    const known = kept.get(name)
    if (known) return known
    const model = toShortModel(name, types, relay)
    if (model) kept.set(name, model)
    return model
  }
}

function toShortModel(name: string, types: DefaultsByType, relay: Relay | null): Model | undefined {
  const [, type, upstream] = /^(\w+)::(.+)$/s.exec(name) ?? []
  const defaults = types.get(type ?? '')
  if (defaults === undefined || upstream === undefined) return undefined
  const target = toShortTarget(name, upstream, defaults)
  if (target === undefined) return undefined
  return Object.freeze({
    name,
    targets: Object.freeze([relay ? toRelayTarget(name, relay) : target]),
    timeouts: NO_TIMEOUTS,
    retries: Object.freeze({ numRetries: 0, maxDelayMs: 10_000 }),
    skipRelay: false,
    namespace: null,
  })
}
