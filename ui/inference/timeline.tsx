import type { ReactNode } from 'react'
import type { Attempt, InferenceDetail } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { plainUntrusted, Untrusted } from '../text/untrusted.tsx'

const TICKS = 5

interface Bar {
  readonly className: string
  readonly fromMs: number
  readonly toMs: number
}

/** Every try on one ruler; the ones that failed are hatched and say why. */
export function Timeline({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages, format } = useLanguage()
  const attempts = detail.attempt_list
  const totalMs = Math.max(detail.latency_ms ?? 0, ...attempts.map((one) => one.ended_ms), 1)
  const overheadMs = detail.overhead_ms ?? 0
  const summary =
    attempts.length === 0 ? messages.noAttempt : messages.attemptsCount(attempts.length)
  return (
    <section className="panel" aria-label={messages.timeline}>
      <h2>
        {messages.timeline} <span className="muted">{summary}</span>
      </h2>
      <div className="fall">
        <Ruler totalMs={totalMs} />
        {detail.overhead_ms !== null && (
          <Row
            name={messages.gatewayTime}
            totalMs={totalMs}
            bars={[{ className: 'bar-gateway', fromMs: 0, toMs: overheadMs }]}
            ms={format.duration(overheadMs)}
          />
        )}
        {attempts.map((attempt) => (
          <AttemptRows key={attempt.id} attempt={attempt} totalMs={totalMs} />
        ))}
      </div>
    </section>
  )
}

function AttemptRows({
  attempt,
  totalMs,
}: {
  readonly attempt: Attempt
  readonly totalMs: number
}): ReactNode {
  const { messages, format } = useLanguage()
  const { started_ms: fromMs, ended_ms: toMs, error } = attempt
  const firstMs = attempt.ttft_ms ?? toMs
  const wait = { className: 'bar-wait', fromMs, toMs: firstMs }
  const output = { className: 'bar-output', fromMs: firstMs, toMs }
  const ok = attempt.ttft_ms === null ? [wait] : [wait, output]
  const name = (
    <>
      <span className={`chip ${error === null ? 'ok' : 'error'}`}>{attempt.status ?? '–'}</span>
      <span className="cut untrusted">
        <Untrusted text={`${attempt.provider} · ${attempt.upstream_model}`} />
      </span>
    </>
  )
  return (
    <>
      <Row
        name={name}
        totalMs={totalMs}
        bars={error === null ? ok : [{ className: 'bar-failed', fromMs, toMs }]}
        ms={format.duration(toMs - fromMs)}
        {...(error === null ? {} : { note: attempt.error_message ?? error })}
      />
      {error === null && attempt.ttft_ms !== null && (
        <>
          <Row
            name={messages.waitRow}
            isIndented
            totalMs={totalMs}
            bars={[wait]}
            ms={format.duration(firstMs - fromMs)}
          />
          <Row
            name={messages.outputRow}
            isIndented
            totalMs={totalMs}
            bars={[output]}
            ms={format.duration(toMs - firstMs)}
          />
        </>
      )}
    </>
  )
}

interface RowProps {
  readonly name: ReactNode
  readonly isIndented?: boolean
  readonly totalMs: number
  readonly bars: readonly Bar[]
  readonly ms: string
  readonly note?: string
}

function Row({ name, isIndented = false, totalMs, bars, ms, note }: RowProps): ReactNode {
  const percent = (value: number): string => `${((value / totalMs) * 100).toFixed(2)}%`
  const end = Math.max(...bars.map((bar) => bar.toMs))
  const isEarly = end < totalMs * 0.6
  return (
    <div className="fall-row">
      <span className={`fall-name ${isIndented ? 'indent' : ''}`}>{name}</span>
      <span className="fall-track">
        {bars.map(({ className, fromMs, toMs }) => (
          <i
            key={className}
            className={className}
            style={{ left: percent(fromMs), width: percent(toMs - fromMs) }}
          />
        ))}
        {note !== undefined && isEarly && (
          <span
            className="fall-note cut untrusted"
            style={{ left: percent(end) }}
            title={plainUntrusted(note)}
          >
            <Untrusted text={note} />
          </span>
        )}
      </span>
      <span className="number">{ms}</span>
    </div>
  )
}

function Ruler({ totalMs }: { readonly totalMs: number }): ReactNode {
  const { format } = useLanguage()
  const ticks = Array.from({ length: TICKS }, (_, index) => (totalMs * index) / TICKS)
  return (
    <div className="fall-row axis" aria-hidden="true">
      <span />
      <span className="fall-track">
        {ticks.map((tick) => (
          <span key={tick} style={{ left: `${(tick / totalMs) * 100}%` }}>
            {tick === 0 ? '0' : format.duration(tick)}
          </span>
        ))}
      </span>
      <span />
    </div>
  )
}
