/** About the shortest sleep that a system offers. */
const REST_MS = 0.05

/**
 * Lets go of the processor for a moment, so that a thread that somebody waits for need not wait for
 * the end of this one's slice of time, which is milliseconds. Not for the main thread.
 */
export function rest(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REST_MS)
}
