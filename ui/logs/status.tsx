import type { ReactNode } from 'react'
import type { LogRow } from '../../src/api/ui/contract.ts'
import type { Messages } from '../i18n/en.ts'
import { useLanguage } from '../i18n/language.tsx'

type Kind = 'running' | 'ok' | 'limited' | 'gone' | 'failed'
type Described = Pick<LogRow, 'state' | 'outcome' | 'status'>

/** Shape and word say it; the colour only repeats them. */
export function Status({ row }: { readonly row: Described }): ReactNode {
  const { messages } = useLanguage()
  const label = outcomeLabel(row, messages)
  return (
    <span className={`status ${statusKind(row)}`} title={label}>
      <span aria-hidden="true">{shortStatus(row)}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  )
}

export function statusKind({ state, outcome, status }: Described): Kind {
  if (state === 'running') return 'running'
  if (outcome === 'ok') return 'ok'
  if (outcome === 'client_gone') return 'gone'
  return status === 429 ? 'limited' : 'failed'
}

export function outcomeLabel({ state, outcome, status }: Described, messages: Messages): string {
  const names: Record<string, string> = messages.outcome
  const name = names[state === 'running' ? 'running' : (outcome ?? '')] ?? outcome ?? ''
  return status === null ? name : `${name} (${status})`
}

function shortStatus({ state, outcome, status }: Described): string {
  if (state === 'running') return '···'
  if (outcome === 'truncated') return 'cut'
  if (outcome === 'client_gone') return 'gone'
  return status === null ? 'err' : String(status)
}
