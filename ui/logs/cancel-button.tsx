import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { postJson } from '../data/request.ts'
import { useLanguage } from '../i18n/language.tsx'
import { selectConnection, useLive } from '../live/live.tsx'
import { useShell } from '../shell/shell-context.ts'

/** Stops a running request at the provider. */
export function CancelButton({ id }: { readonly id: string }): ReactNode {
  const { messages } = useLanguage()
  const { say } = useShell()
  const isOffline = useLive(selectConnection) !== 'live'
  const cancel = useMutation({
    mutationFn: () =>
      postJson<{ cancelled: boolean }>(
        `/internal/ui/inferences/${encodeURIComponent(id)}/cancel`,
        {},
      ),
    onSuccess: ({ cancelled }) => say(cancelled ? messages.cancelled : messages.notCancelled),
    onError: (error) => say(`${messages.cancelFailed}: ${error.message}`),
  })
  return (
    <button
      type="button"
      className="button danger"
      disabled={isOffline || cancel.isPending}
      title={isOffline ? messages.cancelOffline : undefined}
      onClick={() => cancel.mutate()}
    >
      {messages.cancelUpstream}
    </button>
  )
}
