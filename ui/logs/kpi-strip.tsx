import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Overview } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { selectStats, useLive } from '../live/live.tsx'
import type { Format } from '../text/format.ts'

type Bucket = Overview['buckets'][number]

interface Kpi {
  readonly label: string
  readonly value: string
  readonly unit?: string
  /** The rows behind the number. */
  readonly q?: string
  readonly line: (bucket: Bucket) => number | null
  readonly isError?: boolean
}

export function KpiStrip({ overview }: { readonly overview: Overview | undefined }): ReactNode {
  const { messages } = useLanguage()
  return (
    <section className="kpis" aria-label={messages.summary}>
      {useKpis(overview).map((kpi) => (
        <KpiCell key={kpi.label} kpi={kpi} buckets={overview?.buckets ?? []} />
      ))}
    </section>
  )
}

function useKpis(overview: Overview | undefined): readonly Kpi[] {
  const { messages, format } = useLanguage()
  const stats = useLive(selectStats)
  const { perMinute, errorShare, costPerHour } = ratesOf(overview)
  return [
    {
      label: messages.requests,
      value: format.count(Number(perMinute.toPrecision(3))),
      unit: messages.perMinute,
      line: (bucket) => bucket.requests,
    },
    {
      label: messages.errors,
      value: format.count(Number((errorShare * 100).toFixed(1))),
      unit: '%',
      q: 'status:error',
      line: (bucket) => bucket.errors,
      isError: true,
    },
    {
      label: messages.latencyP95,
      ...timeOf('latency', overview?.latency_p95_ms ?? null, format),
      line: (bucket) => bucket.latency_p95_ms,
    },
    {
      label: messages.firstTokenP95,
      ...timeOf('ttft', overview?.ttft_p95_ms ?? null, format),
      line: (bucket) => bucket.ttft_p95_ms,
    },
    {
      label: messages.spend,
      value: format.cost(costPerHour),
      unit: messages.perHour,
      line: (bucket) => bucket.cost,
    },
    {
      label: messages.inFlight,
      value: format.count(stats?.in_flight ?? null),
      line: () => null,
    },
  ]
}

interface Rates {
  readonly perMinute: number
  readonly errorShare: number
  readonly costPerHour: number
}

function ratesOf(overview: Overview | undefined): Rates {
  const minutes = ((overview?.bucket_ms ?? 0) * (overview?.buckets.length ?? 0)) / 60_000
  if (overview === undefined || minutes === 0) {
    return { perMinute: 0, errorShare: 0, costPerHour: 0 }
  }
  return {
    perMinute: overview.requests / minutes,
    errorShare: overview.errors / Math.max(1, overview.requests),
    costPerHour: (overview.cost / minutes) * 60,
  }
}

/** A time with its unit apart, and the query for the rows that took longer. */
function timeOf(
  field: string,
  ms: number | null,
  format: Format,
): { value: string; unit?: string; q?: string } {
  if (ms === null) return { value: format.duration(ms) }
  const [value = '', ...unit] = format.duration(ms).split(' ')
  return { value, unit: unit.join(' '), q: `${field}:>${Math.floor(ms)}ms` }
}

function KpiCell({
  kpi,
  buckets,
}: {
  readonly kpi: Kpi
  readonly buckets: readonly Bucket[]
}): ReactNode {
  const content = (
    <>
      <span className="label">{kpi.label}</span>
      <span className="value">
        {kpi.value}
        {kpi.unit !== undefined && <small>{kpi.unit}</small>}
      </span>
      <Spark values={buckets.map(kpi.line)} isError={kpi.isError === true} />
    </>
  )
  if (kpi.q === undefined) return <div className="kpi">{content}</div>
  return (
    <Link to="/logs" search={{ q: kpi.q }} className="kpi">
      {content}
    </Link>
  )
}

/** A line per run of known values; a gap where nothing is known. */
function Spark({
  values,
  isError,
}: {
  readonly values: readonly (number | null)[]
  readonly isError: boolean
}): ReactNode {
  const known = values.filter((value) => value !== null)
  const top = Math.max(...known, 0)
  if (known.length < 2 || top === 0) return null
  const points = values.map((value, index) => {
    if (value === null) return null
    const x = (index / (values.length - 1)) * 72
    return `${x.toFixed(1)} ${(21 - (value / top) * 19).toFixed(1)}`
  })
  const path = points.map((point, index) => {
    if (point === null) return ''
    const isStart = index === 0 || points[index - 1] === null
    return `${isStart ? 'M' : 'L'}${point}`
  })
  return (
    <svg viewBox="0 0 72 22" aria-hidden="true">
      <path className={`spark ${isError ? 'error' : ''}`} d={path.join('')} />
    </svg>
  )
}
