const COLORS = ['bar-output', 'bar-cache', 'bar-reasoning', 'bar-gateway', 'bar-wait'] as const

/** The colour of a function's n-th variant, the same in all pictures. */
export function colorOf(at: number): string {
  return COLORS[at % COLORS.length] ?? 'bar-wait'
}
