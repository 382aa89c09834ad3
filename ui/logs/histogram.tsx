import { useState } from 'react'
import type { PointerEvent, ReactNode } from 'react'
import type { Overview } from '../../src/api/ui/contract.ts'
import type { Range } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'

const WIDTH = 900
const HEIGHT = 52
const TICKS = 6

/** Volume over time, errors stacked on top; drag over it to look at that time. */
export function Histogram({
  overview,
  onRange,
}: {
  readonly overview: Overview | undefined
  readonly onRange: (range: Range) => void
}): ReactNode {
  const { messages, format } = useLanguage()
  const [drag, setDrag] = useState<readonly [number, number] | null>(null)
  const buckets = overview?.buckets ?? []
  const summary = messages.volumeSummary(
    format.count(overview?.requests ?? 0),
    format.count(overview?.errors ?? 0),
  )
  const at = (event: PointerEvent<SVGElement>): number => bucketAt(event, buckets.length)
  const finish = (): void => {
    if (drag !== null && overview !== undefined) onRange(rangeOf(overview, drag))
    setDrag(null)
  }
  return (
    <section className="histogram" aria-label={messages.volume}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag([at(event), at(event)])
        }}
        onPointerMove={(event) => drag !== null && setDrag([drag[0], at(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        <line className="ground" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        <Bars buckets={buckets} />
        {drag !== null && <Brush drag={drag} count={buckets.length} />}
      </svg>
      <Axis overview={overview} />
    </section>
  )
}

function Bars({ buckets }: { readonly buckets: Overview['buckets'] }): ReactNode {
  const top = Math.max(...buckets.map((bucket) => bucket.requests), 1)
  const step = WIDTH / Math.max(1, buckets.length)
  return buckets.map((bucket, index) => {
    const scale = (HEIGHT - 2) / top
    const bad = Math.min(bucket.errors, bucket.requests) * scale
    const ok = bucket.requests * scale - bad
    const x = index * step + step * 0.1
    const width = step * 0.8
    return (
      <g key={bucket.started_at}>
        {ok > 0 && <rect className="ok" x={x} y={HEIGHT - ok} width={width} height={ok} />}
        {bad > 0 && (
          <rect
            className="bad"
            x={x}
            y={HEIGHT - ok - Math.max(bad, 2)}
            width={width}
            height={Math.max(bad, 2)}
          />
        )}
      </g>
    )
  })
}

function Brush({
  drag,
  count,
}: {
  readonly drag: readonly [number, number]
  readonly count: number
}): ReactNode {
  const step = WIDTH / Math.max(1, count)
  const x = Math.min(...drag) * step
  const width = (Math.abs(drag[1] - drag[0]) + 1) * step
  return <rect className="brush" x={x} y="0" width={width} height={HEIGHT} />
}

function Axis({ overview }: { readonly overview: Overview | undefined }): ReactNode {
  const { format } = useLanguage()
  const first = overview?.buckets[0]
  if (overview === undefined || first === undefined) return <div className="axis">&nbsp;</div>
  const from = Date.parse(first.started_at)
  const length = overview.bucket_ms * overview.buckets.length
  const ticks = Array.from({ length: TICKS }, (_, index) => from + (length * index) / (TICKS - 1))
  return (
    <div className="axis" aria-hidden="true">
      {ticks.map((tick) => (
        <span key={tick}>{format.shortClock(tick, length > 86_000_000)}</span>
      ))}
    </div>
  )
}

function bucketAt(event: PointerEvent<SVGElement>, count: number): number {
  const box = event.currentTarget.getBoundingClientRect()
  const share = (event.clientX - box.left) / box.width
  return Math.max(0, Math.min(count - 1, Math.floor(share * count)))
}

function rangeOf(overview: Overview, drag: readonly [number, number]): Range {
  const start = Date.parse(overview.buckets[0]?.started_at ?? '')
  const from = start + Math.min(...drag) * overview.bucket_ms
  return { from, to: start + (Math.max(...drag) + 1) * overview.bucket_ms }
}
