import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { Untrusted } from '../text/untrusted.tsx'

/** A part that is folded away behind its first words. */
export function Fold({
  summary,
  aside = '',
  kind = '',
  isOpen = false,
  children,
}: {
  readonly summary: string
  readonly aside?: string
  readonly kind?: string
  readonly isOpen?: boolean
  readonly children: ReactNode
}): ReactNode {
  return (
    <details className={`fold ${kind}`} open={isOpen}>
      <summary>
        <ChevronRight className="icon small" aria-hidden="true" />
        <span className="cut untrusted">
          <Untrusted text={summary.slice(0, 200)} />
        </span>
        {aside !== '' && <span className="aside">{aside}</span>}
      </summary>
      <div className="fold-body">{children}</div>
    </details>
  )
}
