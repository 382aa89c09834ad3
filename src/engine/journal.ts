import { sizeOfDraft } from './draft.ts'
import type { Engine } from './engine.ts'

/** Requests shorter than this are not noted at their start: their record follows soon enough. */
const LONG_US = 1_000_000
const SWEEP_MS = 1000

/**
 * Tells the store of requests that take long, so that one cut off by a crash is still known.
 * Runs only while there are requests. Returns how to stop.
 */
export function keepJournal({ inFlight, clock, store }: Engine): () => void {
  let timer: NodeJS.Timeout | undefined
  const sweep = () => {
    const now = clock.us()
    for (const trace of inFlight.all()) {
      if (trace.journaled || trace.ask.dryrun || now - trace.startedUs < LONG_US) continue
      trace.journaled = true
      const draft = trace.draft()
      store.begin(draft, sizeOfDraft(draft))
    }
    if (inFlight.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const stopObserving = inFlight.observe({
    started: () => {
      timer ??= setInterval(sweep, SWEEP_MS)
    },
  })
  return () => {
    stopObserving()
    clearInterval(timer)
  }
}
