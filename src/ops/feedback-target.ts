import { setTimeout } from 'node:timers/promises'
import type { FeedbackLevel } from '../domain/feedback.ts'
import { isUuidV7, timeOfUuidV7 } from '../domain/ids.ts'
import { within } from '../lib/within.ts'
import type { Engine } from '../engine/engine.ts'
import type { StoreClient } from '../store/client.ts'
import type { FeedbackTarget } from '../store/reads.ts'

/** An answer may still be on its way when somebody judges it: so long is it waited for. */
const ANSWER_MS = 10_000
/** While nothing can be written, what waits in memory is not found. */
const WRITE_MS = 3000

interface Wanted {
  readonly id: string
  readonly level: FeedbackLevel
}

/** Another thread or gateway may have it still: so old is an id of which that cannot be. */
const YOUNG_MS = 6000
const LOOK_MS = 100

/**
 * What feedback is given to. One that was answered before the call is found, written or not yet,
 * and one that is being answered is waited for. Null: there is none.
 */
export async function findTarget(
  { inFlight, clock }: Pick<Engine, 'inFlight' | 'clock'>,
  stored: StoreClient,
  wanted: Wanted,
): Promise<FeedbackTarget | null> {
  const found = await lookUp(stored, wanted)
  if (found) return found
  await within(ended(inFlight, wanted), ANSWER_MS)
  await within(stored.flush(), WRITE_MS)
  const until = Math.min(bornAt(wanted.id), clock.now()) + YOUNG_MS
  for (;;) {
    const late = await lookUp(stored, wanted)
    if (late || clock.now() >= until) return late
    await setTimeout(LOOK_MS)
  }
}

function bornAt(id: string): number {
  return isUuidV7(id) ? timeOfUuidV7(id) : 0
}

async function lookUp({ reads }: StoreClient, { id, level }: Wanted) {
  const target = await reads.target(id)
  return target?.level === level ? target : null
}

/** When it no longer runs; at once where it does not. */
function ended(inFlight: Engine['inFlight'], { id, level }: Wanted): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const isIt = (trace: { readonly id: string; readonly episodeId: string }) =>
    (level === 'inference' ? trace.id : trace.episodeId) === id
  if (!inFlight.find(isIt)) return Promise.resolve()
  const stop = inFlight.observe({
    ended: (trace) => {
      if (!isIt(trace)) return
      stop()
      resolve()
    },
  })
  return promise
}
