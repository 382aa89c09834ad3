import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { MouseEvent, ReactNode, RefObject } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import type { Feed } from '../live/feed.ts'
import { selectStats, selectVersion, useLive, useLiveStore } from '../live/live.tsx'
import { LogRow, variables } from './log-row.tsx'

const ROW_PX = 29
const NARROW_ROW_PX = 56
const HEAD_PX = 28
/** Start reading older rows this many before the end. */
const AHEAD = 40

interface TableProps {
  readonly feed: Feed
  readonly q: string | undefined
  readonly selectedId: string | undefined
  readonly isNarrow: boolean
  /** The latency that fills the bar, and from which a number is marked slow. */
  readonly scaleMs: number
  readonly slowMs: number
  readonly onSelect: (id: string) => void
  readonly onOpen: (id: string) => void
  readonly onAtTop: (isAtTop: boolean) => void
  readonly scrollRef: RefObject<HTMLDivElement | null>
}

export function LogTable(props: TableProps): ReactNode {
  const { feed, selectedId, isNarrow, onSelect, onOpen, onAtTop, scrollRef } = props
  const { messages } = useLanguage()
  useLive(selectVersion)
  const rowPx = isNarrow ? NARROW_ROW_PX : ROW_PX
  const list = useVirtualizer({
    count: feed.order.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => feed.order[index] ?? index,
    scrollMargin: 0,
    scrollPaddingStart: HEAD_PX,
    overscan: 10,
  })
  useEffect(() => list.measure(), [list, rowPx])
  const items = list.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useVisibleRows(feed, items[0]?.index ?? 0, last, selectedId)
  const selectedIndex = selectedId === undefined ? -1 : feed.order.indexOf(selectedId)
  useKeepInView(selectedId, selectedIndex, (index) => list.scrollToIndex(index))
  return (
    <div
      ref={scrollRef}
      className="log-table"
      role="table"
      aria-label={messages.requests}
      aria-rowcount={feed.next === null ? feed.order.length + 1 : -1}
      tabIndex={0}
      style={variables({ '--latency-scale': props.scaleMs })}
      onScroll={(event) => onAtTop(event.currentTarget.scrollTop < rowPx)}
      onClick={(event) => withRow(event, onSelect)}
      onDoubleClick={(event) => withRow(event, onOpen)}
    >
      <Head />
      <div className="rows" role="rowgroup" style={{ height: list.getTotalSize() }}>
        <Rows {...props} items={items} />
      </div>
      <Tail feed={feed} />
    </div>
  )
}

function Rows(
  props: TableProps & {
    readonly items: readonly { readonly index: number; readonly start: number }[]
  },
): ReactNode {
  const { feed, items, q, selectedId, slowMs } = props
  const stats = useLive(selectStats)
  const nowMs = stats === null ? 0 : Date.parse(stats.now)
  return items.map(({ index, start }) => {
    const row = feed.row(feed.order[index])
    if (row === undefined) return null
    const isRunning = row.state === 'running'
    return (
      <LogRow
        key={row.id}
        row={row}
        stream={feed.streams.get(row.id)}
        elapsedMs={isRunning ? Math.max(0, nowMs - Date.parse(row.started_at)) : 0}
        isSelected={row.id === selectedId}
        isSlow={row.latency_ms !== null && row.latency_ms > slowMs}
        offset={start}
        position={index}
        q={q}
      />
    )
  })
}

function Head(): ReactNode {
  const { messages } = useLanguage()
  const columns = [
    ['time', messages.columnTime],
    ['state', messages.columnStatus],
    ['function', messages.columnFunction],
    ['model', messages.columnModel],
    ['preview', messages.columnInput],
    ['tokens number', messages.columnTokens],
    ['cost number', messages.columnCost],
    ['latency', messages.columnLatency],
  ]
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} className="row head">
        {columns.map(([name, label]) => (
          <span key={name} role="columnheader" className={name}>
            {label}
          </span>
        ))}
      </div>
    </div>
  )
}

function Tail({ feed }: { readonly feed: Feed }): ReactNode {
  const { messages } = useLanguage()
  if (feed.order.length === 0 || !feed.isLoaded) return null
  return (
    <p className="muted px-4 py-2" aria-hidden="true">
      {feed.next === null ? messages.endOfLog : messages.loadingOlder}
    </p>
  )
}

/** Asks for the text of running rows in view, and for older rows before the reader is there. */
function useVisibleRows(
  feed: Feed,
  first: number,
  last: number,
  selectedId: string | undefined,
): void {
  const store = useLiveStore()
  useEffect(() => {
    const seen = [selectedId, ...feed.order.slice(first, last + 1)]
    const rows = new Set(seen.map((id) => feed.row(id)))
    store.watch([...rows].flatMap((row) => (row?.state === 'running' ? row.id : [])))
  })
  const isNearEnd = last >= feed.order.length - AHEAD && feed.isLoaded
  const { next } = feed
  useEffect(() => {
    // A page of a search may bring no rows: then only where to go on is another.
    if (isNearEnd && next !== null) void store.loadOlder()
  }, [isNearEnd, store, last, next])
}

function useKeepInView(
  id: string | undefined,
  index: number,
  scrollTo: (index: number) => void,
): void {
  const seen = useRef(id)
  useEffect(() => {
    if (id === undefined || id === seen.current) return
    seen.current = id
    if (index >= 0) scrollTo(index)
  })
}

function withRow(event: MouseEvent, action: (id: string) => void): void {
  const { target } = event
  if (!(target instanceof Element) || target.closest('a') !== null) return
  const row = target.closest<HTMLElement>('[data-id]')
  const id = row?.dataset['id']
  if (id !== undefined) action(id)
}
