import { Link } from '@tanstack/react-router'
import { Clock, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useNavigate } from '@tanstack/react-router'
import type { Messages } from '../i18n/en.ts'
import { useLanguage } from '../i18n/language.tsx'
import { selectConnection, useLive } from '../live/live.tsx'
import type { LogSearch } from '../router.tsx'
import { TopTools } from '../shell/top-tools.tsx'
import { windowNameOf } from './windows.ts'
import type { WindowName } from './windows.ts'

export function LogTop({
  search,
  isPaused,
  onPause,
}: {
  readonly search: LogSearch
  readonly isPaused: boolean
  readonly onPause: () => void
}): ReactNode {
  const { messages } = useLanguage()
  const isLive = useLive(selectConnection) === 'live' && !isPaused
  return (
    <header className="top">
      <h1>{messages.logs}</h1>
      {search.to === undefined ? (
        <button type="button" className="button live" aria-pressed={isLive} onClick={onPause}>
          <span className={`dot ${isLive ? 'pulse' : 'idle'}`} />
          {isPaused ? messages.paused : messages.live}
        </button>
      ) : (
        <FixedRange search={search} />
      )}
      <WindowChoice search={search} />
      <span className="space" />
      <TopTools />
    </header>
  )
}

function FixedRange({ search }: { readonly search: LogSearch }): ReactNode {
  const { messages, format } = useLanguage()
  const { from = 0, to = 0, ...rest } = search
  return (
    <Link to="/logs" search={rest} className="button" title={messages.backToLive}>
      <span className="mono">
        {format.shortClock(from, false)}–{format.shortClock(to, false)}
      </span>
      <X className="icon small" aria-label={messages.backToLive} />
    </Link>
  )
}

function WindowChoice({ search }: { readonly search: LogSearch }): ReactNode {
  const { messages } = useLanguage()
  const navigate = useNavigate({ from: '/logs' })
  return (
    <label className="button ghost only-wide">
      <Clock className="icon" aria-hidden="true" />
      <span className="visually-hidden">{messages.range}</span>
      <select
        className="border-0 bg-page text-ink-2"
        value={windowNameOf(search.window)}
        onChange={(event) => {
          const window = event.target.value
          void navigate({ search: (now) => ({ ...now, window, from: undefined, to: undefined }) })
        }}
      >
        {windowLabels(messages).map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </label>
  )
}

function windowLabels(messages: Messages): readonly (readonly [WindowName, string])[] {
  return [
    ['15m', messages.range15m],
    ['1h', messages.range1h],
    ['24h', messages.range24h],
    ['7d', messages.range7d],
  ]
}
