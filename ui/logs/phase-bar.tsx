import type { ReactNode } from 'react'
import type { Messages } from '../i18n/en.ts'
import { useLanguage } from '../i18n/language.tsx'
import type { Phase, PhaseName } from './phases.ts'

/** The phases side by side, with their numbers. */
export function PhaseBar({ phases }: { readonly phases: readonly Phase[] }): ReactNode {
  const { messages, format } = useLanguage()
  return (
    <div className="phases" role="group" aria-label={messages.phases}>
      <div className="track" aria-hidden="true">
        {phases.map(({ name, ms }) => (
          <i key={name} className={`bar-${name}`} style={{ flexGrow: ms }} />
        ))}
      </div>
      <div className="legend">
        {phases.map(({ name, ms }) => (
          <span key={name}>
            <span className={`swatch bar-${name}`} />
            {phaseLabel(name, messages)} <b>{format.duration(ms)}</b>
          </span>
        ))}
      </div>
    </div>
  )
}

function phaseLabel(name: PhaseName, messages: Messages): string {
  const labels: Record<PhaseName, string> = {
    gateway: messages.phaseGateway,
    failed: messages.phaseFailed,
    wait: messages.phaseWait,
    reasoning: messages.phaseReasoning,
    output: messages.phaseOutput,
  }
  return labels[name]
}
