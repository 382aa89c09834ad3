import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { selectConnection, selectStats, useLive } from '../live/live.tsx'
import type { LiveState } from '../live/live-store.ts'
import { Untrusted } from '../text/untrusted.tsx'

/** What the reader must know on every page. */
export function Banners(): ReactNode {
  const { messages } = useLanguage()
  const stats = useLive(selectStats)
  const store = stats?.store
  const configError = stats?.config_error ?? null
  return (
    <div role="status">
      <OfflineBanner />
      {store !== undefined && store.state !== 'ok' && (
        <div className="banner error">
          <b>{messages.storeTrouble}</b>
          <Untrusted text={store.message ?? store.state} />
        </div>
      )}
      {configError !== null && (
        <div className="banner">
          <div>
            <b>{messages.configRefused}</b>
            <pre tabIndex={0} aria-label={messages.config}>
              <Untrusted text={configError} />
            </pre>
          </div>
        </div>
      )}
    </div>
  )
}

const selectLostAt = (state: LiveState): number | null => state.lostAtMs

function OfflineBanner(): ReactNode {
  const { messages, format } = useLanguage()
  const connection = useLive(selectConnection)
  const lostAtMs = useLive(selectLostAt)
  const nowMs = useNow(connection === 'offline')
  if (connection !== 'offline' || lostAtMs === null) return null
  const seconds = Math.max(0, Math.round((nowMs - lostAtMs) / 1000))
  const since = seconds < 60 ? `${seconds} s` : format.duration(seconds * 1000)
  return (
    <div className="banner error">
      <b aria-live="off">{messages.offline(since)}</b>
      <span>{messages.offlineShowing(format.clock(new Date(lostAtMs).toISOString()))}</span>
    </div>
  )
}

function useNow(isRunning: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (!isRunning) return
    setNowMs(Date.now())
    const timer = setInterval(() => setNowMs(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [isRunning])
  return nowMs
}
