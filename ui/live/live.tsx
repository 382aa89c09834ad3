import { createContext, use, useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { LiveStore } from './live-store.ts'
import type { LiveState } from './live-store.ts'

const LiveContext = createContext<LiveStore | null>(null)

export function LiveProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [store] = useState(() => new LiveStore())
  useEffect(() => store.start(), [store])
  return <LiveContext value={store}>{children}</LiveContext>
}

export function useLiveStore(): LiveStore {
  const store = use(LiveContext)
  if (store === null) throw new Error('useLiveStore needs a LiveProvider')
  return store
}

/** Renders again when `select` gives another value: it must give the same one for the same state. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const store = useLiveStore()
  const read = useCallback(() => select(store.state), [store, select])
  return useSyncExternalStore(store.subscribe, read)
}

export const selectFeed = (state: LiveState): LiveState['feed'] => state.feed
export const selectVersion = (state: LiveState): number => state.feed.version
export const selectStats = (state: LiveState): LiveState['stats'] => state.stats
export const selectConnection = (state: LiveState): LiveState['connection'] => state.connection
