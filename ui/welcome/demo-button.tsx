import { useMutation } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import type { ReactNode } from 'react'
import { RequestError } from '../data/request.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from '../text/untrusted.tsx'

const GREETING = 'Hello! What can you tell me about weirs?'

export function DemoButton(): ReactNode {
  const { messages } = useLanguage()
  const demo = useMutation({ mutationFn: sendDemo })
  return (
    <>
      <button
        type="button"
        className="button primary"
        disabled={demo.isPending}
        onClick={() => demo.mutate()}
      >
        <Play className="icon" aria-hidden="true" />
        {demo.isPending ? messages.welcomeSending : messages.welcomeSend}
      </button>
      {demo.error !== null && (
        <p className="inference-error m-0!" role="alert">
          {messages.welcomeSendFailed} <Untrusted text={demo.error.message} />
        </p>
      )}
    </>
  )
}

/** Reads the answer to its end: letting go of it would cancel the request. */
async function sendDemo(): Promise<void> {
  const response = await fetch('/openai/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'demo::echo',
      stream: true,
      messages: [{ role: 'user', content: GREETING }],
    }),
  })
  const text = await response.text()
  if (!response.ok) throw new RequestError(text.slice(0, 500), response.status)
}
