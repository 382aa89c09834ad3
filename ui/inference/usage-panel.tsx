import type { ReactNode } from 'react'
import type { InferenceDetail, Usage } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'

type BucketName = keyof Usage

const BUCKETS: readonly (readonly [BucketName, string])[] = [
  ['input', 'bar-wait'],
  ['cache_read', 'bar-cache'],
  ['cache_write', 'bar-cache'],
  ['cache_write_1h', 'bar-cache'],
  ['audio_input', 'bar-wait'],
  ['image_input', 'bar-wait'],
  ['reasoning', 'bar-reasoning'],
  ['output', 'bar-output'],
  ['audio_output', 'bar-output'],
]

export function UsagePanel({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages, format } = useLanguage()
  const { usage } = detail
  const filled = BUCKETS.flatMap(([name, className]) => {
    const tokens = usage?.[name] ?? null
    return tokens === null || tokens === 0 ? [] : { name, className, tokens }
  })
  return (
    <section>
      <h2>{messages.usage}</h2>
      {filled.length === 0 && <p className="muted">{messages.usageUnknown}</p>}
      {filled.length > 0 && (
        <div className="stack" aria-hidden="true">
          {filled.map(({ name, className, tokens }) => (
            <i key={name} className={className} style={{ flexGrow: tokens }} />
          ))}
        </div>
      )}
      {filled.map(({ name, className, tokens }) => (
        <div key={name} className="bucket">
          <span>
            <span className={`swatch ${className}`} />
            {messages.bucket[name]}
          </span>
          <span>{format.count(tokens)}</span>
        </div>
      ))}
      <div className="bucket total">
        <span>{messages.total}</span>
        <span>{format.cost(detail.cost)}</span>
      </div>
    </section>
  )
}
