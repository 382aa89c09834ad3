import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { InferenceDetail, LogRow } from '../../src/api/ui/contract.ts'
import { useInference } from '../data/queries.ts'
import { useLanguage } from '../i18n/language.tsx'
import type { StreamText } from '../live/feed.ts'
import { RowName } from '../text/row-name.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { CancelButton } from './cancel-button.tsx'
import { PhaseBar } from './phase-bar.tsx'
import { phasesOf, phasesOfStream } from './phases.ts'
import { Status } from './status.tsx'
import { StreamView } from './stream-view.tsx'

/** Beyond this the whole page is the better place to read. */
const MAX_PEEK = 20_000

export function Peek({
  row,
  stream,
  q,
  onClose,
}: {
  readonly row: LogRow
  readonly stream: StreamText | undefined
  readonly q: string | undefined
  readonly onClose: () => void
}): ReactNode {
  const { messages } = useLanguage()
  const isRunning = row.state === 'running'
  const detail = useInference(row.id, !isRunning)
  return (
    <aside className="peek" aria-label={messages.selectedRow}>
      <PeekHead row={row} stream={stream} detail={detail.data} onClose={onClose} />
      <div className="peek-scroll" tabIndex={0} role="region" aria-label={messages.output}>
        {isRunning ? <StreamView stream={stream} /> : <Stored row={row} detail={detail.data} />}
        <div>
          <h3 className="section-label">{messages.lastUserMessage}</h3>
          <div className="quote untrusted" dir="auto">
            <Untrusted text={lastUserText(detail.data) ?? row.input_preview} />
          </div>
        </div>
      </div>
      <footer>
        <Link
          to="/logs/$id"
          params={{ id: row.id }}
          search={q === undefined ? {} : { q }}
          className="button primary"
        >
          {messages.open} <kbd>↵</kbd>
        </Link>
        <span className="space" />
        {isRunning && <CancelButton id={row.id} />}
      </footer>
    </aside>
  )
}

function PeekHead({
  row,
  stream,
  detail,
  onClose,
}: {
  readonly row: LogRow
  readonly stream: StreamText | undefined
  readonly detail: InferenceDetail | undefined
  readonly onClose: () => void
}): ReactNode {
  const { messages } = useLanguage()
  const isRunning = row.state === 'running'
  const stored = detail === undefined ? [] : phasesOf(detail.attempt_list, detail.latency_ms)
  const phases = isRunning ? phasesOfStream(stream ?? NOTHING) : stored
  return (
    <header>
      <h2>
        {isRunning ? (
          <span className="chip ok">
            <span className="dot pulse" />
            {messages.streaming}
          </span>
        ) : (
          <Status row={row} />
        )}
        <span className="cut untrusted">
          <RowName row={row} />
        </span>
        <span className="space" />
        <button
          type="button"
          className="button ghost tiny square"
          aria-label={messages.close}
          onClick={onClose}
        >
          <X className="icon" />
        </button>
      </h2>
      <div className="meta">
        <span className="untrusted">
          <Untrusted text={row.model ?? row.requested_model} />
        </span>
        {row.provider !== null && (
          <span className="untrusted">
            <Untrusted text={row.provider} />
          </span>
        )}
        <span className="mono muted">{row.id.slice(0, 18)}</span>
      </div>
      {phases.length > 0 && <PhaseBar phases={phases} />}
    </header>
  )
}

const NOTHING: StreamText = {
  text: '',
  reasoning: '',
  latencyMs: 0,
  reasoningAtMs: null,
  textAtMs: null,
}

function Stored({
  row,
  detail,
}: {
  readonly row: LogRow
  readonly detail: InferenceDetail | undefined
}): ReactNode {
  const { messages, format } = useLanguage()
  const text = detail === undefined ? row.output_preview : outputText(detail, 'text')
  const reasoning = detail === undefined ? '' : outputText(detail, 'thought')
  return (
    <div>
      <h3 className="section-label">
        {messages.output}
        <span className="chip">
          {format.count(row.output_tokens)} tok · {format.cost(row.cost)}
        </span>
      </h3>
      {row.error_message !== null && (
        <p className="inference-error m-0! mb-2! untrusted">
          <Untrusted text={row.error_message} />
        </p>
      )}
      {reasoning !== '' && (
        <div className="reasoning-text untrusted mb-2" dir="auto">
          <Untrusted text={reasoning} />
        </div>
      )}
      <div className="stream-text untrusted" dir="auto">
        {text === '' ? (
          <span className="muted">{messages.noOutput}</span>
        ) : (
          <Untrusted text={text} />
        )}
      </div>
    </div>
  )
}

function outputText(detail: InferenceDetail, type: 'text' | 'thought'): string {
  const texts = detail.output.map((block) => {
    if (block.type === 'tool_call' && type === 'text') return `${block.name} ${block.arguments}`
    if (block.type === 'refusal' && type === 'text') return block.text
    return block.type === type && 'text' in block ? (block.text ?? '') : ''
  })
  return texts.filter(Boolean).join('\n\n').slice(0, MAX_PEEK)
}

function lastUserText(detail: InferenceDetail | undefined): string | null {
  const message = detail?.input.findLast(({ role }) => role === 'user')
  if (message === undefined) return null
  const texts = message.content.flatMap((block) => (block.type === 'text' ? block.text : []))
  return texts.length === 0 ? null : texts.join('\n\n').slice(0, MAX_PEEK)
}
