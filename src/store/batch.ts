import type { Item } from './queue.ts'

/** What the store thread is sent at once, and acknowledges at once. */
export interface Batch<Draft> {
  readonly number: number
  items: Item<Draft>[]
  /** The name of an answer that is no longer to be found by it. */
  readonly forget?: string
}

export function messageOf<Draft>({ number, items, forget }: Batch<Draft>) {
  const drafts = items.filter((item) => !item.begun).map((item) => item.draft)
  const begun = items.filter((item) => item.begun).map((item) => item.draft)
  return { kind: 'batch', number, drafts, begun, ...(forget !== undefined && { forget }) } as const
}

export function isCloneable(draft: unknown): boolean {
  try {
    structuredClone(draft)
    return true
  } catch {
    return false
  }
}
