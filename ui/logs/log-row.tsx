import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import type { LogRow as Row } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import type { Format } from '../text/format.ts'
import type { StreamText } from '../live/feed.ts'
import { RowName } from '../text/row-name.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { Status, statusKind } from './status.tsx'

interface LogRowProps {
  readonly row: Row
  readonly stream: StreamText | undefined
  /** How long a running row has run, when no text has told yet. */
  readonly elapsedMs: number
  readonly isSelected: boolean
  readonly isSlow: boolean
  readonly offset: number
  readonly position: number
  readonly q: string | undefined
}

/** One request: eight real cells, as few elements as they allow. */
export const LogRow = memo(function LogRow(props: LogRowProps): ReactNode {
  const { row, stream, isSelected, offset, position, q } = props
  const { format } = useLanguage()
  const kind = statusKind(row)
  const isFailed = kind === 'failed' || kind === 'limited'
  return (
    <div
      role="row"
      aria-rowindex={position + 2}
      aria-selected={isSelected}
      data-id={row.id}
      className={`row ${isFailed ? 'failed' : kind}`}
      style={{ transform: `translateY(${offset}px)` }}
    >
      <span role="cell" className="time mono muted" title={format.dateTime(row.started_at)}>
        {format.clock(row.started_at)}
      </span>
      <span role="cell" className="state">
        <Status row={row} />
      </span>
      <span role="cell" className="function untrusted">
        <Link
          to="/logs/$id"
          params={{ id: row.id }}
          search={q === undefined ? {} : { q }}
          tabIndex={isSelected ? 0 : -1}
          preload={false}
        >
          <RowName row={row} />
        </Link>
      </span>
      <span role="cell" className="model second untrusted">
        <Untrusted text={row.model ?? row.requested_model} />
      </span>
      <Preview row={row} stream={stream} />
      <span role="cell" className="tokens number second">
        {tokensOf(row, format)}
      </span>
      <span role="cell" className="cost number second">
        {format.cost(row.cost)}
      </span>
      <Latency {...props} isFailed={isFailed} />
    </div>
  )
})

function Preview({ row, stream }: Pick<LogRowProps, 'row' | 'stream'>): ReactNode {
  const text = stream?.text ?? ''
  const said = text === '' ? (stream?.reasoning ?? '') : text
  if (row.state === 'running' && said !== '') {
    return (
      <span role="cell" className="preview streaming untrusted">
        <span>
          <Untrusted text={said.slice(-160).replace(/\s+/g, ' ')} />
        </span>
      </span>
    )
  }
  return (
    <span role="cell" className="preview untrusted" dir="auto">
      <Untrusted text={row.error_message ?? row.input_preview} />
    </span>
  )
}

function Latency(props: LogRowProps & { readonly isFailed: boolean }): ReactNode {
  const { row, isSlow, isFailed } = props
  const { format } = useLanguage()
  const { ms, firstMs } = row.state === 'running' ? runningTimes(props) : storedTimes(row, isFailed)
  return (
    <span
      role="cell"
      className={`latency ${isFailed ? 'failed' : ''} ${isSlow ? 'slow' : ''}`}
      style={variables({ '--latency': ms ?? 0, '--ttft': firstMs ?? 0 })}
    >
      {format.duration(ms)}
    </span>
  )
}

interface Times {
  readonly ms: number | null
  readonly firstMs: number | null
}

function runningTimes({ stream, elapsedMs }: LogRowProps): Times {
  const ms = stream?.latencyMs ?? elapsedMs
  return { ms, firstMs: stream?.reasoningAtMs ?? stream?.textAtMs ?? ms }
}

/** Without a first token all of a good row was waiting, and all of a bad one was lost. */
function storedTimes(row: Row, isFailed: boolean): Times {
  return { ms: row.latency_ms, firstMs: row.ttft_ms ?? (isFailed ? 0 : row.latency_ms) }
}

export function variables(values: Record<`--${string}`, number | string>): CSSProperties {
  return values
}

function tokensOf(row: Row, format: Format): string {
  if (row.input_tokens === null && row.output_tokens === null) return '–'
  return `${format.count(row.input_tokens)} → ${format.count(row.output_tokens)}`
}
