import type { PendingChange } from './pending-changes.ts'
import type { Item } from './queue.ts'

/** What the store thread is sent at once, and acknowledges at once. */
export interface Batch<Draft> {
  readonly number: number
  items: Item<Draft>[]
  readonly changes: PendingChange[]
}

export function messageOf<Draft>({ number, items, changes }: Batch<Draft>) {
  const drafts = items.filter((item) => !item.begun).map((item) => item.draft)
  const begun = items.filter((item) => item.begun).map((item) => item.draft)
  return {
    kind: 'batch',
    number,
    drafts,
    begun,
    changes: changes.map(({ change }) => change),
  } as const
}

export function isCloneable(draft: unknown): boolean {
  try {
    structuredClone(draft)
    return true
  } catch {
    return false
  }
}
