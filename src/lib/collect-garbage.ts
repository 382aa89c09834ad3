/**
 * Gives back what loading the program left behind, about a tenth of its memory: V8 would keep it
 * until there is work. To be called once, when nobody waits for the start any more (20 ms). Does
 * nothing where the program was not started with `--expose-gc`, as `bin/weir` does.
 */
export function collectGarbage(): void {
  globalThis.gc?.({ type: 'major', flavor: 'last-resort' })
}
