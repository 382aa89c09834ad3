import type { ReactNode } from 'react'
import type { Setup } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

export function Providers({ providers }: { readonly providers: Setup['providers'] }): ReactNode {
  const { messages } = useLanguage()
  if (providers.length === 0) return null
  return (
    <section className="providers">
      <h2>{messages.welcomeProviders}</h2>
      <ul>
        {providers.map(({ name, ready, detail }) => (
          <li key={name}>
            <span className={`dot ${ready ? '' : 'idle'}`} />
            <b className="cut font-medium">
              <Untrusted text={name} />
            </b>
            <span className="cut muted" title={detail}>
              <Untrusted text={detail} />
            </span>
            <span className={`chip ${ready ? 'ok' : ''}`}>
              {ready ? messages.ready : messages.notReady}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
