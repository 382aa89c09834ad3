import type { ReactNode } from 'react'
import type { Attempt, InferenceDetail } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

export function Attempts({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  if (detail.attempt_list.length === 0) return <p className="panel muted">{messages.noAttempt}</p>
  return detail.attempt_list.map((attempt) => <AttemptCard key={attempt.id} attempt={attempt} />)
}

function AttemptCard({ attempt }: { readonly attempt: Attempt }): ReactNode {
  const { messages, format } = useLanguage()
  const yesNo = (value: boolean): string => (value ? messages.yes : messages.no)
  const { input = null, cache_read: cached = null, output = null } = attempt.usage ?? {}
  const facts: readonly (readonly [string, string])[] = [
    [messages.attemptReason, messages.reason[attempt.reason]],
    [messages.attemptModel, attempt.upstream_model],
    [messages.attemptUrl, attempt.url],
    [messages.firstToken, format.duration(firstTokenMs(attempt))],
    [messages.latency, format.duration(attempt.ended_ms - attempt.started_ms)],
    [
      messages.tokens,
      `${format.count(input)} + ${format.count(cached)} → ${format.count(output)} (${attempt.usage_source})`,
    ],
    [messages.cost, format.cost(attempt.cost)],
    [messages.finish, [attempt.finish, attempt.finish_raw].filter(Boolean).join(' · ') || '–'],
    [
      messages.attemptBytes,
      `${format.count(attempt.bytes_out)}, ${format.count(attempt.bytes_in)}`,
    ],
    [messages.attemptSocket, yesNo(attempt.reused_socket)],
    [messages.attemptBilled, yesNo(attempt.may_have_been_billed)],
  ]
  return (
    <section className="attempt">
      <h3>
        {attempt.number}
        <span className={`chip ${attempt.error === null ? 'ok' : 'error'}`}>
          {attempt.status ?? '–'}
        </span>
        <span className="untrusted">
          <Untrusted text={attempt.provider} />
        </span>
        <span className="muted untrusted">
          <Untrusted text={attempt.provider_type} />
        </span>
      </h3>
      {attempt.error !== null && (
        <p className="inference-error m-0! untrusted" dir="auto">
          <b>{attempt.error}</b> <Untrusted text={attempt.error_message ?? ''} />
        </p>
      )}
      <dl className="pairs">
        {facts.map(([label, value]) => (
          <div key={label} className="contents">
            <dt>{label}</dt>
            <dd>
              <span className="untrusted break-all">
                <Untrusted text={value} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function firstTokenMs(attempt: Attempt): number | null {
  return attempt.ttft_ms === null ? null : attempt.ttft_ms - attempt.started_ms
}
