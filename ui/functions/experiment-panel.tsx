import type { ReactNode } from 'react'
import type { Experiment } from '../../src/api/ui/contract-functions.ts'
import type { Messages } from '../i18n/en.ts'
import { useLanguage } from '../i18n/language.tsx'
import { plainUntrusted } from '../text/untrusted.tsx'

type Adaptive = NonNullable<Experiment['adaptive']>

/** Where the experiment stands, in a sentence. */
export function ExperimentPanel({ experiment }: { readonly experiment: Experiment }): ReactNode {
  const { messages } = useLanguage()
  const { adaptive } = experiment
  return (
    <section className="panel experiment" aria-label={messages.experiment}>
      <h2>{messages.experiment}</h2>
      {adaptive === null ? (
        <p>{messages.fixedShares}</p>
      ) : (
        <>
          <p>
            <span className={`chip ${adaptive.verdict === null ? 'accent' : 'ok'}`}>
              {stateLabel(adaptive, messages)}
            </span>{' '}
            <span className="untrusted">{sentence(adaptive, messages)}</span>
          </p>
          <Evidence adaptive={adaptive} />
        </>
      )}
    </section>
  )
}

function Evidence({ adaptive }: { readonly adaptive: Adaptive }): ReactNode {
  const { messages, format } = useLanguage()
  const { evidence, verdict, delta } = adaptive
  if (evidence === null || verdict !== null) return null
  const share = Math.min(1, evidence.value / evidence.required)
  const label = messages.evidence(plainUntrusted(evidence.challenger), format.percent(share))
  return (
    <>
      <progress className="evidence" max={1} value={share} aria-label={label} />
      <p className="muted untrusted">
        {label} {messages.wrongWinners(format.percent(delta))}
      </p>
    </>
  )
}

function stateLabel({ state, verdict }: Adaptive, messages: Messages): string {
  if (verdict !== null) return messages.stateStopped
  if (state.endsWith('exhausted')) return messages.stateExhausted
  return state.startsWith('nursery') ? messages.stateNursery : messages.stateBandits
}

function sentence({ metric, verdict, leader, state }: Adaptive, messages: Messages): string {
  const name = plainUntrusted(metric)
  if (verdict !== null) {
    const over = verdict.over.map(plainUntrusted).join(', ')
    return messages.won(plainUntrusted(verdict.winner), over, name)
  }
  if (state.endsWith('exhausted')) return messages.exhausted(name)
  return leader === null ? messages.collecting(name) : messages.ahead(plainUntrusted(leader), name)
}
