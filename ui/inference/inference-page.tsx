import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import type { InferenceDetail, LogRow } from '../../src/api/ui/contract.ts'
import { useInference } from '../data/queries.ts'
import { RequestError } from '../data/request.ts'
import { useLanguage } from '../i18n/language.tsx'
import { selectFeed, selectVersion, useLive, useLiveStore } from '../live/live.tsx'
import { PhaseBar } from '../logs/phase-bar.tsx'
import { phasesOfStream } from '../logs/phases.ts'
import { StreamView } from '../logs/stream-view.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { Details } from './details.tsx'
import { Facts } from './facts.tsx'
import { InferenceHead, InferenceTop } from './inference-head.tsx'
import { InferenceTabs } from './inference-tabs.tsx'
import { Timeline } from './timeline.tsx'
import { UsagePanel } from './usage-panel.tsx'

const route = getRouteApi('/logs/$id')

/** One request: why it was slow, dear or wrong. While it runs, what it says. */
export function InferencePage(): ReactNode {
  const { id } = route.useParams()
  const { q = '' } = route.useSearch()
  const { messages } = useLanguage()
  const running = useRunningRow(id, q)
  const detail = useInference(id, running === undefined)
  return (
    <main className="page">
      <InferenceTop id={id} q={q} detail={detail.data} />
      {running === undefined && detail.isLoading && <div className="progress" aria-hidden="true" />}
      <div
        className="inference-scroll"
        tabIndex={0}
        role="region"
        aria-label={messages.inference}
        key={id}
      >
        {running !== undefined && <Running row={running} />}
        {running === undefined && detail.data !== undefined && <Stored detail={detail.data} />}
        {running === undefined && detail.error !== null && detail.data === undefined && (
          <Failure error={detail.error} onRetry={() => void detail.refetch()} />
        )}
      </div>
    </main>
  )
}

/** The row while it runs; its text is asked for. Undefined once it has ended. */
function useRunningRow(id: string, q: string): LogRow | undefined {
  const store = useLiveStore()
  const feed = useLive(selectFeed)
  useLive(selectVersion)
  useEffect(() => store.setQuery({ q }), [store, q])
  const row = feed.row(id)
  const isRunning = row?.state === 'running'
  useEffect(() => {
    if (isRunning) store.watch([id])
  })
  return isRunning ? row : undefined
}

function Running({ row }: { readonly row: LogRow }): ReactNode {
  const { messages } = useLanguage()
  const feed = useLive(selectFeed)
  const stream = feed.streams.get(row.id)
  return (
    <>
      <InferenceHead row={row} />
      <section className="panel" aria-label={messages.timeline}>
        <PhaseBar phases={stream === undefined ? [] : phasesOfStream(stream)} />
      </section>
      <section className="panel" aria-label={messages.output}>
        <StreamView stream={stream} />
      </section>
      <section className="panel">
        <h2>{messages.lastUserMessage}</h2>
        <div className="quote untrusted" dir="auto">
          <Untrusted text={row.input_preview} />
        </div>
      </section>
    </>
  )
}

function Stored({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  return (
    <>
      <InferenceHead row={detail} />
      {detail.error_message !== null && (
        <p className="inference-error untrusted" dir="auto">
          <Untrusted text={detail.error_message} />
        </p>
      )}
      {detail.outcome === 'truncated' && (
        <p className="inference-error warning">{messages.cutOff}</p>
      )}
      {detail.payload === 'missing' && (
        <p className="inference-error warning">{messages.payloadMissing}</p>
      )}
      <Facts detail={detail} />
      <Timeline detail={detail} />
      <div className="columns">
        <InferenceTabs detail={detail} />
        <aside className="side" aria-label={messages.details}>
          <UsagePanel detail={detail} />
          <Details detail={detail} />
        </aside>
      </div>
    </>
  )
}

function Failure({
  error,
  onRetry,
}: {
  readonly error: Error
  readonly onRetry: () => void
}): ReactNode {
  const { messages } = useLanguage()
  const isMissing = error instanceof RequestError && error.status === 404
  return (
    <div className="notice" role="alert">
      <h1 className="text-base font-semibold">
        {isMissing ? messages.inferenceMissing : messages.inferenceFailed}
      </h1>
      <pre>
        <Untrusted text={error.message} />
      </pre>
      <div className="flex gap-2">
        <Link to="/logs" className="button">
          {messages.backToLogs}
        </Link>
        <button type="button" className="button" onClick={onRetry}>
          {messages.retry}
        </button>
      </div>
    </div>
  )
}
