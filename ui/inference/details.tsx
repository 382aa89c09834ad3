import { Link } from '@tanstack/react-router'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import type { InferenceDetail } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useCopy } from '../shell/shell-context.ts'
import { Untrusted } from '../text/untrusted.tsx'

export function Details({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  const tags = Object.entries(detail.tags)
  const last = detail.attempt_list.at(-1)
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [messages.requestedModel, detail.requested_model],
    [messages.model, detail.model],
    [messages.provider, detail.provider],
    [messages.finish, [detail.finish, last?.finish_raw].filter(Boolean).join(' · ')],
    [messages.dialect, detail.dialect],
    [messages.errorCode, detail.error_code],
  ]
  return (
    <section>
      <h2>{messages.details}</h2>
      <dl className="pairs">
        <dt>ID</dt>
        <Copyable text={detail.id} />
        <dt>{messages.episode}</dt>
        <dd>
          <Link
            to="/logs"
            search={{ q: `episode:${detail.episode_id}` }}
            className="link mono cut"
            title={detail.episode_id}
          >
            {detail.episode_id}
          </Link>
        </dd>
        {facts.map(([label, value]) => (
          <Pair key={label} label={label} value={value ?? ''} />
        ))}
        <dt>{messages.config}</dt>
        <Copyable text={detail.config_hash} />
        {tags.length > 0 && (
          <>
            <dt>{messages.tags}</dt>
            <dd className="wrap">
              {tags.map(([key, value]) => (
                <span key={key} className="chip untrusted">
                  <span className="cut">
                    <Untrusted text={`${key}: ${value}`} />
                  </span>
                </span>
              ))}
            </dd>
          </>
        )}
      </dl>
      <Warnings warnings={detail.warnings} />
    </section>
  )
}

function Pair({ label, value }: { readonly label: string; readonly value: string }): ReactNode {
  if (value === '') return null
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <span className="cut untrusted">
          <Untrusted text={value} />
        </span>
      </dd>
    </>
  )
}

function Copyable({ text }: { readonly text: string }): ReactNode {
  const { messages } = useLanguage()
  const copy = useCopy(messages)
  return (
    <dd>
      <span className="mono cut" title={text}>
        {text}
      </span>
      <button
        type="button"
        className="button ghost square tiny"
        aria-label={`${messages.copy} ${text}`}
        onClick={() => copy(text)}
      >
        <Copy className="icon small" />
      </button>
    </dd>
  )
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }): ReactNode {
  const { messages } = useLanguage()
  if (warnings.length === 0) return null
  return (
    <>
      <h2 className="mt-3!">{messages.warnings}</h2>
      <ul className="list-disc pl-4 text-warn">
        {warnings.map((warning) => (
          <li key={warning} className="untrusted wrap-anywhere">
            <Untrusted text={warning} />
          </li>
        ))}
      </ul>
    </>
  )
}
