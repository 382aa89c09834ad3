import type { ReactNode } from 'react'
import type { FunctionDetail } from '../../src/api/ui/contract-functions.ts'
import { useLanguage } from '../i18n/language.tsx'
import { colorOf } from './colors.ts'

const HEIGHT = 64
const STEP = 10

/** Requests of each variant, hour by hour. */
export function Throughput({ detail }: { readonly detail: FunctionDetail }): ReactNode {
  const { messages, format } = useLanguage()
  const { throughput, variants } = detail
  const totals = throughput.map(({ counts }) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0),
  )
  const top = Math.max(1, ...totals)
  const all = totals.reduce((sum, count) => sum + count, 0)
  const summary = messages.throughputSummary(format.count(all), format.count(throughput.length))
  return (
    <section className="panel" aria-label={messages.throughput}>
      <h2>
        {messages.throughput} <span className="muted">{summary}</span>
      </h2>
      <svg
        className="throughput"
        viewBox={`0 0 ${throughput.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
      >
        {throughput.map((hour, at) => (
          <Bar
            key={hour.started_at}
            x={at * STEP}
            counts={variants.map(({ name }) => hour.counts[name] ?? 0)}
            scale={(HEIGHT - 1) / top}
          />
        ))}
      </svg>
      <div className="axis muted">
        <span>{format.shortClock(Date.parse(throughput[0]?.started_at ?? ''), true)}</span>
        <span>{messages.now}</span>
      </div>
    </section>
  )
}

function Bar({
  x,
  counts,
  scale,
}: {
  readonly x: number
  readonly counts: readonly number[]
  readonly scale: number
}): ReactNode {
  return counts.map((count, at) => {
    const below = counts.slice(0, at).reduce((sum, one) => sum + one, 0)
    const height = count * scale
    return (
      count > 0 && (
        <rect
          // oxlint-disable-next-line react/no-array-index-key -- the variants stay in their places
          key={at}
          className={colorOf(at)}
          x={x + 1}
          width={STEP - 2}
          y={HEIGHT - below * scale - height}
          height={height}
        />
      )
    )
  })
}
