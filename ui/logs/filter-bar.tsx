import { Link } from '@tanstack/react-router'
import { ListFilter, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

const SLOW_QUERY = 'latency:>3s'
const EXPENSIVE_QUERY = 'cost:>0.01'
/** Long enough not to ask for every letter. */
const SETTLE_MS = 400

interface FilterBarProps {
  readonly q: string
  readonly error: string | null
  readonly inputRef: RefObject<HTMLInputElement | null>
  readonly onQuery: (q: string) => void
}

export function FilterBar({ q, error, inputRef, onQuery }: FilterBarProps): ReactNode {
  return (
    <>
      <div className="filter-bar">
        <Views q={q} />
        <QueryBox q={q} isInvalid={error !== null} inputRef={inputRef} onQuery={onQuery} />
      </div>
      {error !== null && (
        <p id="query-error" className="query-error" role="alert">
          <Untrusted text={error} />
        </p>
      )}
    </>
  )
}

function Views({ q }: { readonly q: string }): ReactNode {
  const { messages } = useLanguage()
  const views = [
    [messages.viewAll, ''],
    [messages.viewErrors, 'status:error'],
    [messages.viewSlow, SLOW_QUERY],
    [messages.viewExpensive, EXPENSIVE_QUERY],
  ] as const
  return (
    <nav className="views" aria-label={messages.savedViews}>
      {views.map(([label, query]) => (
        <Link
          key={label}
          to="/logs"
          search={query === '' ? {} : { q: query }}
          className="view"
          aria-current={query === q ? 'page' : undefined}
          activeProps={{ 'aria-current': query === q ? 'page' : undefined }}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}

function QueryBox({
  q,
  isInvalid,
  inputRef,
  onQuery,
}: Omit<FilterBarProps, 'error'> & { readonly isInvalid: boolean }): ReactNode {
  const { messages } = useLanguage()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  useEffect(() => {
    if (text.trim() === q) return
    const timer = setTimeout(() => onQuery(text.trim()), SETTLE_MS)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps -- only what was typed starts the clock
  }, [text])
  return (
    <form
      role="search"
      className={`query ${isInvalid ? 'invalid' : ''}`}
      onSubmit={(event) => {
        event.preventDefault()
        onQuery(text.trim())
      }}
    >
      <ListFilter className="icon muted" aria-hidden="true" />
      <input
        ref={inputRef}
        value={text}
        aria-label={messages.filter}
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? 'query-error' : undefined}
        placeholder={messages.filterPlaceholder}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {text === '' ? (
        <kbd>/</kbd>
      ) : (
        <button
          type="button"
          className="button ghost tiny square"
          aria-label={messages.clearFilter}
          onClick={() => {
            setText('')
            onQuery('')
          }}
        >
          <X className="icon small" />
        </button>
      )}
    </form>
  )
}
