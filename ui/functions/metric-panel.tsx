import type { ReactNode } from 'react'
import type { FunctionDetail, Measured } from '../../src/api/ui/contract-functions.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

type Metric = FunctionDetail['metrics'][number]

/** What a metric says of each variant: its mean, and where that truly lies. */
export function MetricPanel({
  metric,
  winner,
}: {
  readonly metric: Metric
  readonly winner: string | undefined
}): ReactNode {
  const { messages } = useLanguage()
  const scale = scaleOf(metric.variants)
  const better = metric.optimize === 'min' ? messages.lowerIsBetter : messages.higherIsBetter
  return (
    <section className="panel">
      <h2 className="untrusted">
        <Untrusted text={metric.name} />{' '}
        <span className="muted">
          {metric.optimize === null ? '' : better}
          {metric.level === 'episode' ? ` · ${messages.perEpisode}` : ''}
        </span>
      </h2>
      <div className="wide-table" role="group" tabIndex={0} aria-label={metric.name}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">{messages.variant}</th>
              <th scope="col" className="number">
                {messages.columnMean}
              </th>
              <th scope="col">{messages.columnInterval}</th>
              <th scope="col" className="number">
                {messages.columnValues}
              </th>
            </tr>
          </thead>
          <tbody>
            {metric.variants.map((one) => (
              <Row
                key={one.variant}
                measured={one}
                isBoolean={metric.type === 'boolean'}
                isWinner={one.variant === winner}
                scale={scale}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">{messages.intervalsHold}</p>
    </section>
  )
}

function Row({
  measured,
  isBoolean,
  isWinner,
  scale,
}: {
  readonly measured: Measured
  readonly isBoolean: boolean
  readonly isWinner: boolean
  readonly scale: Scale
}): ReactNode {
  const { messages, format } = useLanguage()
  const { variant, mean, lower, upper, count } = measured
  const write = (value: number) => (isBoolean ? format.percent(value) : format.decimal(value))
  const interval =
    lower === null || upper === null ? messages.tooFewValues : `${write(lower)} – ${write(upper)}`
  return (
    <tr>
      <th scope="row" className="untrusted">
        <Untrusted text={variant} />{' '}
        {isWinner && <span className="chip ok">{messages.winner}</span>}
      </th>
      <td className="number">{mean === null ? '–' : write(mean)}</td>
      <td>
        <span className="interval">
          <svg aria-hidden="true">
            <line className="track" x1="0%" x2="100%" y1="50%" y2="50%" />
            {lower !== null && upper !== null && (
              <line className="range" x1={scale(lower)} x2={scale(upper)} y1="50%" y2="50%" />
            )}
            {mean !== null && <circle cx={scale(mean)} cy="50%" r="4" />}
          </svg>
          <span className="mono second">{interval}</span>
        </span>
      </td>
      <td className="number">{format.count(count)}</td>
    </tr>
  )
}

type Scale = (value: number) => string

/** All variants on one line, with a little room at its ends. */
function scaleOf(variants: readonly Measured[]): Scale {
  const values = variants.flatMap(({ mean, lower, upper }) =>
    [mean, lower, upper].filter((value) => value !== null),
  )
  const low = Math.min(...values)
  const width = Math.max(...values) - low || 1
  return (value) => `${4 + (92 * (value - low)) / width}%`
}
