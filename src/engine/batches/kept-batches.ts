import { type Batch, BATCH_PIECES, BATCHES, pieceKey } from '../../domain/batch.ts'
import { asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import type { StoreClient } from '../../store/client.ts'
import { withoutStoredBytes } from '../functions/chat-request.ts'
import type { BatchItem } from './batch-item.ts'

/** Documents: who is writing a batch's answers down. */
const TURNS = 'batch_turn'

/** Of requests in one document; how many characters it may have before the next one begins. */
const PIECE_ITEMS = 100
const PIECE_LENGTH = 4_000_000

/** Keeps the requests of a new batch. Resolves with the number of their pieces. */
export async function keepItems(
  stored: StoreClient,
  id: string,
  items: readonly BatchItem[],
): Promise<number> {
  const pieces = piecesOf(items)
  for (const [number, piece] of pieces.entries()) {
    await stored.change({ kind: 'put', ...pieceName(id, number), value: piece })
  }
  return pieces.length
}

function piecesOf(items: readonly BatchItem[]): Json[][] {
  const pieces: Json[][] = []
  let piece: Json[] = []
  let length = 0
  for (const item of items) {
    if (piece.length >= PIECE_ITEMS || length > PIECE_LENGTH) piece = []
    if (piece.length === 0) {
      pieces.push(piece)
      length = 0
    }
    const text = JSON.stringify(item, withoutStoredBytes)
    piece.push(JSON.parse(text))
    length += text.length
  }
  return pieces
}

function pieceName(id: string, number: number) {
  return { collection: BATCH_PIECES, key: pieceKey(id, number) }
}

export async function putBatch(stored: StoreClient, batch: Batch): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes of an object's JSON
  const value = JSON.parse(JSON.stringify(batch)) as JsonObject
  await stored.change({ kind: 'put', collection: BATCHES, key: batch.id, value })
}

/** A batch that was handed in and is not kept would be paid for nothing: not given up at once. */
const TRIES = 6
const FIRST_PAUSE_MS = 250

export async function putHandedIn(stored: StoreClient, batch: Batch): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await putBatch(stored, batch)
    } catch (thrown) {
      if (tried === TRIES) throw thrown
      const ms = FIRST_PAUSE_MS * 2 ** (tried - 1)
      await new Promise((resolve) => setTimeout(resolve, ms))
    }
  }
}

/** Null where there is none. */
export async function readBatch({ reads }: StoreClient, id: string): Promise<Batch | null> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `putBatch` writes these
  return (await reads.document({ collection: BATCHES, key: id })) as Batch | null
}

/** Its requests, piece by piece. */
export async function* itemsOf(
  { reads }: StoreClient,
  { id, pieces }: Batch,
): AsyncGenerator<readonly BatchItem[]> {
  for (let number = 0; number < pieces; number++) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `keepBatch` writes these
    yield ((await reads.document(pieceName(id, number))) ?? []) as unknown as BatchItem[]
  }
}

/** Once all is in records, the requests need not be kept twice. */
export async function dropItems(
  stored: StoreClient,
  { id, pieces }: Pick<Batch, 'id' | 'pieces'>,
): Promise<void> {
  for (let number = 0; number < pieces; number++) {
    await stored.change({ kind: 'remove', ...pieceName(id, number) })
  }
}

/**
 * After this time without a word, who had the turn has died over it, or was not told that it had it.
 * Should it go on all the same, nothing is written twice: the records have their ids.
 */
const TURN_MS = 30_000

/** Whose turn it is to write a batch's answers down: of all who ask, in whatever process, one. */
export class Turn {
  readonly #stored: StoreClient
  readonly #name: { readonly collection: string; readonly key: string }
  readonly #token: string
  readonly #now: () => number
  #saidAt = 0

  constructor(stored: StoreClient, of: { id: string; token: string; now: () => number }) {
    this.#stored = stored
    this.#name = { collection: TURNS, key: of.id }
    this.#token = of.token
    this.#now = of.now
  }

  /** False: it is another's. */
  async take(): Promise<boolean> {
    const stands = await this.#stored.change({ kind: 'claim', ...this.#name, value: this.#say() })
    if (!this.#isMine(stands)) {
      const saidAt = Number(asObject(stands)?.['at'])
      if (this.#now() - saidAt < TURN_MS) return false
      await this.#stored.change({ kind: 'put', ...this.#name, value: this.#say() })
    }
    // Two may have come at once where the store cannot let one wait for the other.
    return this.#isMine(await this.#stored.reads.document(this.#name))
  }

  /** Says that it goes on. */
  async keep(): Promise<void> {
    if (this.#now() - this.#saidAt < TURN_MS / 4) return
    await this.#stored.change({ kind: 'put', ...this.#name, value: this.#say() })
  }

  async end(): Promise<void> {
    await this.#stored.change({ kind: 'remove', ...this.#name })
  }

  #say(): JsonObject {
    this.#saidAt = this.#now()
    return { token: this.#token, at: this.#saidAt }
  }

  #isMine(stands: Json): boolean {
    return asString(asObject(stands)?.['token']) === this.#token
  }
}
