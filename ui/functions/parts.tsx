import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

export function Progress(): ReactNode {
  return <div className="progress" aria-hidden="true" />
}

export function Failure({
  error,
  onRetry,
}: {
  readonly error: Error
  readonly onRetry: () => void
}): ReactNode {
  const { messages } = useLanguage()
  return (
    <div className="notice" role="alert">
      <h2>{messages.functionsFailed}</h2>
      <pre>
        <Untrusted text={error.message} />
      </pre>
      <button type="button" className="button" onClick={onRetry}>
        {messages.retry}
      </button>
    </div>
  )
}
