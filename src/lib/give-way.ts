import { getPriority, setPriority } from 'node:os'

/** A thread with this much lower a priority gets a third of the share of one that it competes with. */
const STEPS = 5
const LOWEST = 19

/**
 * Lets the other threads of this process go first where processors are few: work that nobody waits
 * for must not hold up a request for a whole slice of time. On Linux alone each thread has a
 * priority of its own; where it may not be changed, it stays.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Math.min(LOWEST, getPriority() + STEPS))
  } catch {
    // Some sandboxes forbid it.
  }
}
