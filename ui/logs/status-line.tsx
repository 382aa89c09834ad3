import type { ReactNode } from 'react'
import { useCount } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import type { Feed } from '../live/feed.ts'
import { selectConnection, selectStats, useLive } from '../live/live.tsx'
import { useShell } from '../shell/shell-context.ts'

export function StatusLine({
  feed,
  q,
  isPaused,
}: {
  readonly feed: Feed
  readonly q: string
  readonly isPaused: boolean
}): ReactNode {
  const { messages, format } = useLanguage()
  const { openKeys } = useShell()
  const stats = useLive(selectStats)
  const count = useCount(q)
  const shown = format.count(count.data?.count ?? feed.order.length)
  return (
    <footer className="status-line">
      <ConnectionState isPaused={isPaused} />
      <span>
        <b>{format.count(stats?.in_flight ?? null)}</b> {messages.inFlight.toLowerCase()}
      </span>
      <span>
        <b>{count.data?.exact === false ? messages.about(shown) : shown}</b> {messages.rows}
      </span>
      {stats !== null && stats.skipped > 0 && (
        <span className="text-warn">{messages.skipped(format.count(stats.skipped))}</span>
      )}
      <span className="space" />
      <Key name="space" does={messages.keyPause} />
      <Key name="j k" does={messages.keyMove} />
      <Key name="↵" does={messages.keyOpen} />
      <Key name="p" does={messages.keyPeek} />
      <button type="button" onClick={openKeys}>
        <kbd>?</kbd> {messages.allKeys}
      </button>
    </footer>
  )
}

function ConnectionState({ isPaused }: { readonly isPaused: boolean }): ReactNode {
  const { messages } = useLanguage()
  const connection = useLive(selectConnection)
  if (connection !== 'live') {
    return (
      <span className="state bad">
        <span className="dot bad" />
        {messages.connecting}
      </span>
    )
  }
  return (
    <span className={`state ${isPaused ? 'paused' : ''}`}>
      <span className={`dot ${isPaused ? 'idle' : 'pulse'}`} />
      {isPaused ? messages.paused : messages.live}
    </span>
  )
}

function Key({ name, does }: { readonly name: string; readonly does: string }): ReactNode {
  return (
    <span>
      {name.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}{' '}
      {does}
    </span>
  )
}
