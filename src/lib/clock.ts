/** Time, handed in. Durations come from the monotonic side, dates from the other. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Microseconds since an arbitrary start; never goes back. */
  readonly us: () => number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  us: () => Math.round(performance.now() * 1000),
}
