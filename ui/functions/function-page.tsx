import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FunctionDetail } from '../../src/api/ui/contract-functions.ts'
import { useFunction } from '../data/function-queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useKeys } from '../shell/keys.ts'
import { TopTools } from '../shell/top-tools.tsx'
import { plainUntrusted, Untrusted } from '../text/untrusted.tsx'
import { ExperimentPanel } from './experiment-panel.tsx'
import { MetricPanel } from './metric-panel.tsx'
import { Failure, Progress } from './parts.tsx'
import { Throughput } from './throughput.tsx'
import { VariantTable } from './variant-table.tsx'

const route = getRouteApi('/functions/$name')

/** One function: which variant gets how much, and which one is better. */
export function FunctionPage(): ReactNode {
  const { name } = route.useParams()
  const { messages } = useLanguage()
  const navigate = useNavigate()
  const detail = useFunction(name)
  useKeys({ Escape: () => void navigate({ to: '/functions' }) })
  return (
    <main className="page">
      <header className="top">
        <div className="crumb">
          <Link to="/functions">{messages.functions}</Link>
          <ChevronRight className="icon small" aria-hidden="true" />
          <h1 className="cut untrusted">
            <Untrusted text={name} />
          </h1>
        </div>
        <span className="space" />
        <Link to="/logs" search={{ q: `function:${name}` }} className="button">
          {messages.logs}
        </Link>
        <span className="only-wide contents">
          <TopTools />
        </span>
      </header>
      {detail.isLoading && <Progress />}
      <div className="functions" role="region" tabIndex={0} aria-label={plainUntrusted(name)}>
        {detail.data !== undefined && <Detail detail={detail.data} />}
        {detail.error !== null && detail.data === undefined && (
          <Failure error={detail.error} onRetry={() => void detail.refetch()} />
        )}
      </div>
    </main>
  )
}

function Detail({ detail }: { readonly detail: FunctionDetail }): ReactNode {
  const { messages } = useLanguage()
  const compared = detail.experiment?.adaptive?.metric
  // What decides comes first.
  const metrics = detail.metrics.toSorted(
    (one, other) => Number(other.name === compared) - Number(one.name === compared),
  )
  return (
    <>
      {detail.description !== null && (
        <p className="second untrusted">
          <Untrusted text={detail.description} />
        </p>
      )}
      {detail.experiment !== null && <ExperimentPanel experiment={detail.experiment} />}
      <VariantTable detail={detail} />
      {metrics.map((metric) => (
        <MetricPanel
          key={metric.name}
          metric={metric}
          winner={
            metric.name === compared ? detail.experiment?.adaptive?.verdict?.winner : undefined
          }
        />
      ))}
      {metrics.length === 0 && <p className="muted">{messages.noFeedback}</p>}
      <Throughput detail={detail} />
    </>
  )
}
