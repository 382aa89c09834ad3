import type { ErrorComponentProps } from '@tanstack/react-router'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

/** A bug in one page leaves the rest of the interface standing. */
export function PageError({ error, reset }: ErrorComponentProps): ReactNode {
  const { messages } = useLanguage()
  return (
    <main className="page">
      <div className="notice" role="alert">
        <h2>{messages.pageFailed}</h2>
        <pre>
          <Untrusted text={error instanceof Error ? error.message : String(error)} />
        </pre>
        <button type="button" className="button" onClick={reset}>
          {messages.retry}
        </button>
      </div>
    </main>
  )
}

export function NotFound(): ReactNode {
  const { messages } = useLanguage()
  return (
    <main className="page">
      <div className="notice">
        <h2>{messages.noMatch}</h2>
        <Link to="/logs" className="button">
          {messages.backToLogs}
        </Link>
      </div>
    </main>
  )
}
