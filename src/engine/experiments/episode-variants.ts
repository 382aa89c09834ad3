import { Lru } from '../../lib/lru.ts'
import type { StoreClient } from '../../store/client.ts'

/** Which variant each episode has. */
const COLLECTION = 'episode_variant'

const MOST_REMEMBERED = 20_000

interface Wanted {
  readonly candidates: readonly string[]
  /** Undefined: no variant has a chance. */
  readonly draw: () => string | undefined
  /** Nobody can have asked for it before. */
  readonly fresh: boolean
  /** Nothing may be kept. */
  readonly dryrun: boolean
}

/**
 * Variants that stick to their episodes: the first one drawn stands, here and in the store, so that
 * neither a restart nor another gateway changes it.
 */
export class EpisodeVariants {
  readonly #stored: StoreClient | null
  readonly #known = new Lru<string, string | Promise<string>>(MOST_REMEMBERED)

  constructor(stored: StoreClient | null) {
    this.#stored = stored
  }

  async variant(key: string, wanted: Wanted): Promise<string | undefined> {
    const known = await this.#known.get(key)
    if (known !== undefined && wanted.candidates.includes(known)) return known
    const drawn = wanted.draw()
    if (drawn === undefined || wanted.dryrun) return drawn
    const standing = this.#claim(key, drawn, wanted)
    this.#known.set(key, wanted.fresh ? drawn : standing)
    return wanted.fresh ? drawn : standing
  }

  /** What stands, or what was drawn when nothing can be written. */
  async #claim(key: string, drawn: string, { candidates }: Wanted): Promise<string> {
    const stored = this.#stored
    if (!stored) return drawn
    const name = { collection: COLLECTION, key }
    const claimed = stored.change({ kind: 'claim', ...name, value: drawn, unwritten: true })
    const stands = await claimed.then(undefined, () => drawn)
    if (typeof stands === 'string' && candidates.includes(stands)) return stands
    // The configuration has moved on: its variant is no candidate any more.
    await stored.change({ kind: 'put', ...name, value: drawn }).then(undefined, () => null)
    return drawn
  }
}
