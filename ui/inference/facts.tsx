import type { ReactNode } from 'react'
import type { InferenceDetail } from '../../src/api/ui/contract.ts'
import type { Messages } from '../i18n/en.ts'
import { useLanguage } from '../i18n/language.tsx'
import type { Format } from '../text/format.ts'

export function Facts({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages, format } = useLanguage()
  const overheadShare =
    detail.overhead_ms === null || !detail.latency_ms
      ? null
      : detail.overhead_ms / detail.latency_ms
  return (
    <dl className="facts">
      <Fact label={messages.latency} more={messages.attemptsCount(detail.attempts)}>
        <WithUnit text={format.duration(detail.latency_ms)} />
      </Fact>
      <Fact label={messages.firstToken} more={speedOf(detail, messages, format)}>
        <WithUnit text={format.duration(detail.ttft_ms)} />
      </Fact>
      <Fact label={messages.tokens} more={tokensMore(detail, messages, format)}>
        {format.count(detail.input_tokens)}
        <small>{messages.tokensIn}</small> {format.count(detail.output_tokens)}
        <small>{messages.tokensOut}</small>
      </Fact>
      <Fact label={messages.cost} more={costMore(detail, messages)}>
        {format.cost(detail.cost)}
      </Fact>
      <Fact
        label={messages.overhead}
        more={overheadShare === null ? '' : messages.shareOfTotal(format.percent(overheadShare))}
      >
        <WithUnit text={format.duration(detail.overhead_ms)} />
      </Fact>
      <Fact label={messages.when} more={format.dateTime(detail.started_at)}>
        {format.clock(detail.started_at)}
      </Fact>
    </dl>
  )
}

function Fact({
  label,
  more,
  children,
}: {
  readonly label: string
  readonly more: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd className="value">{children}</dd>
      <dd className="more cut" title={more}>
        {more}
      </dd>
    </div>
  )
}

function WithUnit({ text }: { readonly text: string }): ReactNode {
  const [value, ...unit] = text.split(' ')
  return (
    <>
      {value}
      {unit.length > 0 && <small>{unit.join(' ')}</small>}
    </>
  )
}

function speedOf(detail: InferenceDetail, messages: Messages, format: Format): string {
  const { latency_ms: latencyMs, ttft_ms: ttftMs, output_tokens: tokens } = detail
  if (latencyMs === null || ttftMs === null || tokens === null || latencyMs <= ttftMs) return ''
  const rate = tokens / ((latencyMs - ttftMs) / 1000)
  return messages.tokensPerSecond(format.count(Math.round(rate)))
}

function tokensMore({ usage }: InferenceDetail, messages: Messages, format: Format): string {
  const cached = usage?.cache_read ?? 0
  const reasoning = usage?.reasoning ?? 0
  const parts = [
    cached > 0 ? messages.cachedTokens(format.count(cached)) : '',
    reasoning > 0 ? messages.reasoningTokens(format.count(reasoning)) : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function costMore({ cost, attempt_list: attempts }: InferenceDetail, messages: Messages): string {
  const failed = attempts.slice(0, -1)
  if (failed.some((attempt) => attempt.may_have_been_billed)) return messages.mayBeBilled
  if (cost === null) return messages.costUnknown
  const source = attempts.at(-1)?.usage_source
  if (source === 'estimated') return messages.costEstimated
  return source === 'provider' ? messages.usageFromProvider : messages.usageUnknown
}
