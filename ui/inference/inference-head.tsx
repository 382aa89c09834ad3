import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronDown, ChevronRight, ChevronUp, Copy } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { InferenceDetail, LogRow } from '../../src/api/ui/contract.ts'
import { useNeighbours } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import { CancelButton } from '../logs/cancel-button.tsx'
import { outcomeLabel, statusKind } from '../logs/status.tsx'
import { useKeys } from '../shell/keys.ts'
import { useCopy } from '../shell/shell-context.ts'
import { TopTools } from '../shell/top-tools.tsx'
import { RowName } from '../text/row-name.tsx'
import { CopyMenu } from './copy-menu.tsx'

const CHIPS = { running: 'ok', ok: 'ok', limited: 'warn', gone: '', failed: 'error' }

export function InferenceTop({
  id,
  q,
  detail,
}: {
  readonly id: string
  readonly q: string
  readonly detail: InferenceDetail | undefined
}): ReactNode {
  const { messages } = useLanguage()
  const copy = useCopy(messages)
  const navigate = useNavigate()
  const [isCopying, setCopying] = useState(false)
  const search = q === '' ? {} : { q }
  useKeys({
    y: () => setCopying(true),
    Escape: () => void navigate({ to: '/logs', search: { ...search, peek: id } }),
  })
  return (
    <header className="top">
      <div className="crumb">
        <Link to="/logs" search={search}>
          {messages.logs}
        </Link>
        <ChevronRight className="icon small" aria-hidden="true" />
        <span className="mono second cut">{id}</span>
        <button
          type="button"
          className="button ghost square tiny"
          aria-label={messages.copyId}
          onClick={() => copy(id)}
        >
          <Copy className="icon small" />
        </button>
      </div>
      <span className="space" />
      <NeighbourLinks id={id} q={q} />
      {detail !== undefined && (
        <CopyMenu detail={detail} isOpen={isCopying} onOpenChange={setCopying} />
      )}
      <span className="only-wide contents">
        <TopTools />
      </span>
    </header>
  )
}

/** The same query's next rows; the tab that is open stays open. */
function NeighbourLinks({ id, q }: { readonly id: string; readonly q: string }): ReactNode {
  const { messages } = useLanguage()
  const navigate = useNavigate()
  const { newer = null, older = null } = useNeighbours(id, q).data ?? {}
  const go = (next: string | null): void => {
    if (next === null) return
    void navigate({ from: '/logs/$id', to: '/logs/$id', params: { id: next }, search: true })
  }
  useKeys({ j: () => go(older), k: () => go(newer) })
  return (
    <>
      <button
        type="button"
        className="button square only-wide"
        aria-label={messages.newer}
        title={messages.newer}
        disabled={newer === null}
        onClick={() => go(newer)}
      >
        <ChevronUp className="icon" />
      </button>
      <button
        type="button"
        className="button square only-wide"
        aria-label={messages.older}
        title={messages.older}
        disabled={older === null}
        onClick={() => go(older)}
      >
        <ChevronDown className="icon" />
      </button>
    </>
  )
}

export function InferenceHead({ row }: { readonly row: LogRow }): ReactNode {
  const { messages } = useLanguage()
  const isRunning = row.state === 'running'
  return (
    <div className="inference-head">
      <h1 className="untrusted">
        <RowName row={row} />
      </h1>
      <span className={`chip ${CHIPS[statusKind(row)]}`}>
        {isRunning && <span className="dot pulse" />}
        {isRunning ? messages.streaming : outcomeLabel(row, messages)}
      </span>
      {row.attempts > 1 && (
        <span className="chip warn">{messages.attemptsCount(row.attempts)}</span>
      )}
      <span className="space" />
      {isRunning && <CancelButton id={row.id} />}
    </div>
  )
}
