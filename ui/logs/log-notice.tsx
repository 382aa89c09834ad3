import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useCount } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import type { Feed } from '../live/feed.ts'
import { useLive, useLiveStore } from '../live/live.tsx'
import type { LiveState } from '../live/live-store.ts'
import { Untrusted } from '../text/untrusted.tsx'

const selectLoadError = (state: LiveState): string | null => state.loadError

/** In place of rows: why there are none, and one thing that helps. */
export function LogNotice({
  q,
  hasRange,
  feed,
}: {
  readonly q: string | undefined
  readonly hasRange: boolean
  readonly feed: Feed
}): ReactNode {
  const { messages, format } = useLanguage()
  const store = useLiveStore()
  const loadError = useLive(selectLoadError)
  const isFiltered = q !== undefined || hasRange
  const all = useCount('', isFiltered)
  const isLooking = !feed.isLoaded || feed.next !== null
  if (loadError !== null && isLooking) {
    return (
      <div className="notice" role="alert">
        <h2>{messages.logsFailed}</h2>
        <pre>
          <Untrusted text={loadError} />
        </pre>
        <button type="button" className="button" onClick={() => store.retry()}>
          {messages.retry}
        </button>
      </div>
    )
  }
  if (isLooking) return <div className="shell-lines mt-7! h-full" aria-busy="true" />
  if (!isFiltered) {
    return (
      <div className="notice">
        <p>{messages.noRows}</p>
        <Link to="/" className="button">
          {messages.noRowsFix}
        </Link>
      </div>
    )
  }
  return (
    <div className="notice">
      <p>
        {hasRange
          ? messages.noRowsRange
          : messages.noRowsFiltered(format.count(all.data?.count ?? null))}
      </p>
      <Link to="/logs" className="button">
        {hasRange ? messages.backToLive : messages.clearFilter}
      </Link>
    </div>
  )
}
