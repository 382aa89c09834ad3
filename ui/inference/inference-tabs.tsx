import { getRouteApi } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import type { InferenceDetail } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useKeys } from '../shell/keys.ts'
import { Attempts } from './attempts.tsx'
import { Conversation } from './conversation.tsx'
import { RawRequest, RawResponse } from './raw-tabs.tsx'

const TABS = ['conversation', 'request', 'response', 'attempts'] as const
type TabName = (typeof TABS)[number]

const route = getRouteApi('/logs/$id')

export function InferenceTabs({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  const [tab, open] = useTab()
  const step = (by: number): void => {
    const at = (TABS.indexOf(tab) + by + TABS.length) % TABS.length
    open(TABS[at] ?? 'conversation')
  }
  useKeys({ '[': () => step(-1), ']': () => step(1) })
  const labels: Record<TabName, ReactNode> = {
    conversation: messages.conversation,
    request: messages.rawRequest,
    response: messages.rawResponse,
    attempts: (
      <>
        {messages.attempts} <span className="muted">{detail.attempt_list.length}</span>
      </>
    ),
  }
  return (
    <Tabs.Root className="min-w-0" value={tab} onValueChange={open}>
      <Tabs.List className="tabs" aria-label={messages.views}>
        {TABS.map((name) => (
          <Tabs.Trigger key={name} value={name} className="tab">
            {labels[name]}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value="conversation">
        <Conversation detail={detail} />
      </Tabs.Content>
      <Tabs.Content value="request">
        <RawRequest detail={detail} />
      </Tabs.Content>
      <Tabs.Content value="response">
        <RawResponse detail={detail} />
      </Tabs.Content>
      <Tabs.Content value="attempts">
        <Attempts detail={detail} />
      </Tabs.Content>
    </Tabs.Root>
  )
}

function useTab(): readonly [TabName, (tab: string) => void] {
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (next: string): void => {
    void navigate({ search: (now) => ({ ...now, tab: next }), replace: true })
  }
  return [TABS.find((name) => name === tab) ?? 'conversation', open]
}
