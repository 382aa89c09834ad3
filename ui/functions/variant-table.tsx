import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { FunctionDetail } from '../../src/api/ui/contract-functions.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { colorOf } from './colors.ts'

export function VariantTable({ detail }: { readonly detail: FunctionDetail }): ReactNode {
  const { messages } = useLanguage()
  return (
    <section className="panel" aria-label={messages.variants}>
      <h2>{messages.variants}</h2>
      <div className="wide-table" role="group" tabIndex={0} aria-label={messages.variants}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">{messages.variant}</th>
              <th scope="col">{messages.columnShare}</th>
              <th scope="col" className="number">
                {messages.requests}
              </th>
              <th scope="col" className="number">
                {messages.columnFailed}
              </th>
              <th scope="col" className="number">
                {messages.columnMedian}
              </th>
              <th scope="col" className="number">
                {messages.columnCost}
              </th>
              <th scope="col">{messages.columnModel}</th>
            </tr>
          </thead>
          <tbody>
            {detail.variants.map((variant, at) => (
              <Row key={variant.name} detail={detail} at={at} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Row({ detail, at }: { readonly detail: FunctionDetail; readonly at: number }): ReactNode {
  const { messages, format } = useLanguage()
  const variant = detail.variants[at]
  if (variant === undefined) return null
  const { probabilities = {}, fallback_variants: fallbacks = [] } = detail.experiment ?? {}
  const share = probabilities[variant.name]
  const q = `function:${detail.name} variant:${variant.name}`
  return (
    <tr>
      <th scope="row">
        <span className={`swatch ${colorOf(at)}`} aria-hidden="true" />
        <Link to="/logs" search={{ q }} className="link untrusted">
          <Untrusted text={variant.name} />
        </Link>{' '}
        {variant.type === null && <span className="chip warn">{messages.notConfigured}</span>}
      </th>
      <td>
        {share === undefined ? (
          <span className="muted">
            {fallbacks.includes(variant.name) ? messages.fallback : messages.notCompared}
          </span>
        ) : (
          <Share share={share} at={at} />
        )}
      </td>
      <td className="number">{format.count(variant.requests)}</td>
      <td className={`number ${variant.failed > 0 ? 'text-error' : ''}`}>
        {format.count(variant.failed)}
      </td>
      <td className="number">{format.duration(variant.latency_p50_ms)}</td>
      <td className="number">{format.cost(variant.cost)}</td>
      <td className="mono untrusted">
        <Untrusted text={variant.model ?? '–'} />
      </td>
    </tr>
  )
}

function Share({ share, at }: { readonly share: number; readonly at: number }): ReactNode {
  const { format } = useLanguage()
  return (
    <span className="share">
      <svg aria-hidden="true">
        <rect className="track" width="100%" height="100%" rx="2" />
        <rect className={colorOf(at)} width={`${share * 100}%`} height="100%" rx="2" />
      </svg>
      {format.percent(share)}
    </span>
  )
}
