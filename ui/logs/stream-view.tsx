import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import type { StreamText } from '../live/feed.ts'
import { Untrusted } from '../text/untrusted.tsx'

const ANNOUNCE_EVERY_MS = 5_000

/** What a running request has said so far. */
export function StreamView({ stream }: { readonly stream: StreamText | undefined }): ReactNode {
  const { messages } = useLanguage()
  const { text = '', reasoning = '' } = stream ?? {}
  return (
    <div>
      <h3 className="section-label">{messages.output}</h3>
      {reasoning !== '' && (
        <div className="reasoning-text untrusted mb-2" dir="auto">
          <Untrusted text={reasoning} />
        </div>
      )}
      <div className="stream-text untrusted" dir="auto">
        <Untrusted text={text} />
        {text === '' && reasoning === '' && <span className="muted">{messages.waiting}</span>}
        <span className="caret" aria-hidden="true" />
      </div>
      <Announcement length={text.length + reasoning.length} />
    </div>
  )
}

/** A screen reader hears how far it is, not every token. */
function Announcement({ length }: { readonly length: number }): ReactNode {
  const { messages, format } = useLanguage()
  const [said, setSaid] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setSaid(length), said === 0 ? 0 : ANNOUNCE_EVERY_MS)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps -- the next one counts from the last
  }, [said])
  return (
    <p className="visually-hidden" role="status">
      {messages.streamingProgress(format.count(said))}
    </p>
  )
}
