import { Link } from '@tanstack/react-router'
import { House, Logs, SquareFunction } from 'lucide-react'
import type { ReactNode } from 'react'
import { useSetup } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import { selectConnection, selectStats, useLive } from '../live/live.tsx'
import { plainUntrusted } from '../text/untrusted.tsx'
import { Mark } from './mark.tsx'

export function Rail(): ReactNode {
  const { messages } = useLanguage()
  const connection = useLive(selectConnection)
  return (
    <nav className="rail" aria-label={messages.mainNavigation}>
      <span className="brand">
        <Mark />
        <span>Weir</span>
      </span>
      <Link to="/" className="nav" activeOptions={{ exact: true }}>
        <House className="icon" />
        <span>{messages.home}</span>
      </Link>
      <Link to="/logs" className="nav" activeOptions={{ includeSearch: false }}>
        <Logs className="icon" />
        <span>{messages.logs}</span>
        {connection === 'live' && <span className="dot pulse" aria-hidden="true" />}
      </Link>
      <Link to="/functions" className="nav">
        <SquareFunction className="icon" />
        <span>{messages.functions}</span>
      </Link>
      <RailFoot />
    </nav>
  )
}

function RailFoot(): ReactNode {
  const { messages, format } = useLanguage()
  const setup = useSetup()
  const stats = useLive(selectStats)
  const store = stats?.store
  const isWell = store === undefined || store.state === 'ok'
  const text = isWell ? messages.storeOk : messages.storeState(plainUntrusted(store.state))
  return (
    <div className="rail-foot">
      <span className="state" title={text}>
        <span className={`dot ${stats === null ? 'idle' : isWell ? '' : 'bad'}`} />
        <span className="wide">{stats === null ? messages.connecting : text}</span>
      </span>
      <span className="mono wide">
        {setup.data === undefined ? '' : `v${setup.data.version}`}
        {stats !== null && <> · {format.count(Math.round(stats.rss_mb))} MB</>}
      </span>
    </div>
  )
}
