import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useSetup } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useLive, useLiveStore } from '../live/live.tsx'
import type { LiveState } from '../live/live-store.ts'
import { TopTools } from '../shell/top-tools.tsx'
import { DemoButton } from './demo-button.tsx'
import { Providers } from './providers.tsx'
import { Snippet } from './snippet.tsx'

const selectStarted = (state: LiveState): number => state.started

/** Until the first request ever. */
export function WelcomePage(): ReactNode {
  const { messages } = useLanguage()
  const setup = useSetup().data
  useOpenLogOnStart()
  const addresses = setup?.addresses ?? []
  const here = location.origin
  return (
    <main className="page">
      <header className="top">
        <span className="space" />
        <TopTools />
      </header>
      <div className="welcome-scroll">
        <div className="welcome">
          <div className="welcome-head">
            <h1>{messages.welcomeTitle}</h1>
            <p className="lead">
              {messages.welcomeLead} <span className="mono">{setup?.data_dir}</span>.{' '}
              {messages.welcomePrivate}
            </p>
          </div>
          <div className="welcome-grid">
            <div>
              <h2>{messages.welcomePoint}</h2>
              <Snippet address={here} />
              <Providers providers={setup?.providers ?? []} />
            </div>
            <div className="waiting">
              <h2>{messages.welcomeWatch}</h2>
              <div className="waiting-box" role="status">
                <span className="dot pulse" />
                <div className="min-w-0">
                  <b>{messages.welcomeWaiting}</b>
                  <div className="muted wrap-anywhere">
                    {messages.welcomeListening(
                      (addresses.length === 0 ? [here] : addresses).join(', '),
                    )}
                  </div>
                </div>
              </div>
              <p className="muted">{messages.welcomeNotReady}</p>
              <DemoButton />
            </div>
          </div>
        </div>
      </div>
    </main>
  )
}

/** The first frame of the first request is enough: its text can be watched as it comes. */
function useOpenLogOnStart(): void {
  const navigate = useNavigate()
  const store = useLiveStore()
  const started = useLive(selectStarted)
  const atOpen = useRef(started)
  useEffect(() => store.setQuery({ q: '' }), [store])
  useEffect(() => {
    if (started > atOpen.current) void navigate({ to: '/logs' })
  }, [started, navigate])
}
