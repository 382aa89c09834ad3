import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import type { ReactNode } from 'react'
import { useOverview } from '../data/queries.ts'
import type { Range } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useLive } from '../live/live.tsx'
import type { LiveState } from '../live/live-store.ts'
import { useMedia } from '../shell/media.ts'
import { FilterBar } from './filter-bar.tsx'
import { Histogram } from './histogram.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { LogNotice } from './log-notice.tsx'
import { LogTable } from './log-table.tsx'
import { LogTop } from './log-top.tsx'
import { useLogKeys, useLogView } from './log-view.ts'
import type { LogView } from './log-view.ts'
import { Peek } from './peek.tsx'
import { StatusLine } from './status-line.tsx'
import { windowMsOf } from './windows.ts'

const route = getRouteApi('/logs')
const SLOW_MS = 3_000

const selectQueryError = (state: LiveState): string | null => state.queryError
const selectIsLoading = (state: LiveState): boolean => state.isLoading

export function LogsPage(): ReactNode {
  const search = route.useSearch()
  const { q = '', from, to } = search
  const navigate = route.useNavigate()
  const view = useLogView(search)
  const queryError = useLive(selectQueryError)
  const isLoading = useLive(selectIsLoading)
  const range = from === undefined || to === undefined ? null : { from, to }
  const overview = useOverview(queryError === null ? q : '', windowMsOf(search.window), range)
  const input = useRef<HTMLInputElement>(null)
  const setRange = ({ from: start, to: end }: Range): void =>
    void navigate({ search: (now) => ({ ...now, from: Math.round(start), to: Math.round(end) }) })
  useLogKeys(view, input)
  const peeked = view.feed.row(search.peek)
  return (
    <main className="page">
      <LogTop search={search} isPaused={view.isPaused} onPause={view.togglePause} />
      <KpiStrip overview={overview.data} />
      <Histogram overview={overview.data} onRange={setRange} />
      <FilterBar
        q={q}
        error={queryError}
        inputRef={input}
        onQuery={(next) => void navigate({ search: (now) => ({ ...now, q: next }) })}
      />
      {isLoading && <div className="progress" aria-hidden="true" />}
      <div className={`log-body ${peeked === undefined ? '' : 'peeking'}`}>
        <LogList view={view} p95Ms={overview.data?.latency_p95_ms ?? null} search={search} />
        {peeked !== undefined && (
          <Peek
            row={peeked}
            stream={view.feed.streams.get(peeked.id)}
            q={search.q}
            onClose={() => view.peek(undefined)}
          />
        )}
      </div>
      <StatusLine feed={view.feed} q={q} isPaused={view.isPaused} />
    </main>
  )
}

function LogList({
  view,
  p95Ms,
  search,
}: {
  readonly view: LogView
  readonly p95Ms: number | null
  readonly search: ReturnType<typeof route.useSearch>
}): ReactNode {
  const { messages, format } = useLanguage()
  const isNarrow = useMedia('(max-width: 720px)')
  const { feed } = view
  return (
    <div className="relative min-h-0 min-w-0">
      {feed.held.length > 0 && (
        <button type="button" className="button new-rows" onClick={view.toTop}>
          ↑ {messages.newRows(format.count(feed.held.length))}
        </button>
      )}
      {feed.order.length === 0 ? (
        <LogNotice q={search.q} hasRange={search.to !== undefined} feed={feed} />
      ) : (
        <LogTable
          feed={feed}
          q={search.q}
          selectedId={view.selectedId}
          isNarrow={isNarrow}
          scaleMs={Math.max(1_000, (p95Ms ?? 3_000) * 1.35)}
          slowMs={SLOW_MS}
          onSelect={view.peek}
          onOpen={view.open}
          onAtTop={view.setAtTop}
          scrollRef={view.scrollRef}
        />
      )}
    </div>
  )
}
