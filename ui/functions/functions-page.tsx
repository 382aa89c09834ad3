import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { FunctionList } from '../../src/api/ui/contract-functions.ts'
import { useFunctions } from '../data/function-queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useKeys } from '../shell/keys.ts'
import { TopTools } from '../shell/top-tools.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { Failure, Progress } from './parts.tsx'

/** All functions: how often and when each was used. */
export function FunctionsPage(): ReactNode {
  const { messages } = useLanguage()
  const functions = useFunctions()
  useKeys({ j: () => moveFocus(1), k: () => moveFocus(-1) })
  return (
    <main className="page">
      <header className="top">
        <h1>{messages.functions}</h1>
        <span className="space" />
        <TopTools />
      </header>
      {functions.isLoading && <Progress />}
      <div className="functions" role="region" tabIndex={0} aria-label={messages.functions}>
        {functions.data !== undefined && <List {...functions.data} />}
        {functions.error !== null && functions.data === undefined && (
          <Failure error={functions.error} onRetry={() => void functions.refetch()} />
        )}
      </div>
    </main>
  )
}

function List({ functions }: FunctionList): ReactNode {
  const { messages, format } = useLanguage()
  if (functions.length === 0) {
    return (
      <div className="notice">
        <h2>{messages.noFunctions}</h2>
        <p>{messages.noFunctionsWhy}</p>
      </div>
    )
  }
  return (
    <table className="figures">
      <thead>
        <tr>
          <th scope="col">{messages.columnName}</th>
          <th scope="col" className="number">
            {messages.requests}
          </th>
          <th scope="col" className="number">
            {messages.columnFailed}
          </th>
          <th scope="col" className="number">
            {messages.variants}
          </th>
          <th scope="col">{messages.columnLastUsed}</th>
        </tr>
      </thead>
      <tbody>
        {functions.map((one) => (
          <tr key={one.name}>
            <th scope="row">
              <Link to="/functions/$name" params={{ name: one.name }} className="link untrusted">
                <Untrusted text={one.name} />
              </Link>{' '}
              {one.adaptive && <span className="chip accent">{messages.adaptive}</span>}
              {one.type === null && <span className="chip warn">{messages.notConfigured}</span>}
            </th>
            <td className="number">{format.count(one.requests)}</td>
            <td className={`number ${one.failed > 0 ? 'text-error' : ''}`}>
              {format.count(one.failed)}
            </td>
            <td className="number">{format.count(one.variants)}</td>
            <td>
              {one.last_used_at === null ? messages.never : format.dateTime(one.last_used_at)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** From link to link, like rows of the log. */
function moveFocus(step: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('.figures a')]
  const now = links.findIndex((link) => link === document.activeElement)
  const next = now === -1 ? 0 : Math.min(Math.max(now + step, 0), links.length - 1)
  links[next]?.focus()
}
