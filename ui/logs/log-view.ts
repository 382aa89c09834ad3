import { useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { Feed } from '../live/feed.ts'
import { selectFeed, selectVersion, useLive, useLiveStore } from '../live/live.tsx'
import type { LogSearch } from '../router.tsx'
import { useKeys } from '../shell/keys.ts'

/** What the reader looks at: which rows, whether they stand still, which one is chosen. */
export interface LogView {
  readonly feed: Feed
  readonly selectedId: string | undefined
  readonly peekedId: string | undefined
  readonly isPaused: boolean
  readonly scrollRef: RefObject<HTMLDivElement | null>
  readonly setAtTop: (isAtTop: boolean) => void
  readonly togglePause: () => void
  readonly toTop: () => void
  readonly select: (id: string) => void
  readonly peek: (id: string | undefined) => void
  readonly open: (id: string) => void
}

export function useLogView(search: LogSearch): LogView {
  const { q, from, to, peek: peekedId } = search
  const store = useLiveStore()
  const feed = useLive(selectFeed)
  useLive(selectVersion)
  const [selectedId, select] = useState(peekedId)
  useEffect(() => {
    store.setQuery({ q: q ?? '', from, to })
  }, [store, q, from, to])
  return { feed, selectedId, peekedId, select, ...useStandstill(feed), ...useVisits(q, select) }
}

/** Nothing moves while the reader has paused, or reads further down. */
function useStandstill(
  feed: Feed,
): Pick<LogView, 'isPaused' | 'scrollRef' | 'setAtTop' | 'togglePause' | 'toTop'> {
  const store = useLiveStore()
  const [isPaused, setPaused] = useState(false)
  const [isAtTop, setAtTop] = useState(true)
  const scrollRef = useRef<HTMLDivElement>(null)
  useEffect(() => {
    store.hold(isPaused || !isAtTop)
  }, [store, feed, isPaused, isAtTop])
  useEffect(() => () => store.hold(false), [store])
  const toTop = useCallback(() => {
    setPaused(false)
    setAtTop(true)
    scrollRef.current?.scrollTo({ top: 0 })
  }, [])
  return { isPaused, scrollRef, setAtTop, togglePause: () => setPaused(!isPaused), toTop }
}

function useVisits(
  q: string | undefined,
  select: (id: string) => void,
): Pick<LogView, 'peek' | 'open'> {
  const navigate = useNavigate({ from: '/logs' })
  const peek = useCallback(
    (id: string | undefined) => {
      if (id !== undefined) select(id)
      void navigate({ search: (now) => ({ ...now, peek: id }), replace: true })
    },
    [navigate, select],
  )
  const open = useCallback(
    (id: string) => void navigate({ to: '/logs/$id', params: { id }, search: { q } }),
    [navigate, q],
  )
  return { peek, open }
}

export function useLogKeys(view: LogView, input: { current: HTMLInputElement | null }): void {
  const { feed, selectedId, peekedId } = view
  const move = (step: number): void => {
    const at = selectedId === undefined ? -1 : feed.order.indexOf(selectedId)
    const id = feed.order[Math.max(0, Math.min(feed.order.length - 1, at + step))]
    if (id !== undefined) (peekedId === undefined ? view.select : view.peek)(id)
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ' ': view.togglePause,
    '/': () => input.current?.select(),
    p: () => view.peek(peekedId === undefined ? (selectedId ?? feed.order[0]) : undefined),
    Enter: () => {
      if (selectedId !== undefined) view.open(selectedId)
    },
    Escape: () => view.peek(undefined),
  })
}
