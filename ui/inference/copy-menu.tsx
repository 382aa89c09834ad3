import { Copy } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import type { InferenceDetail } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useCopy } from '../shell/shell-context.ts'
import { curlOf } from './curl.ts'

/** `y`, then a letter: link, JSON or curl. */
export function CopyMenu({
  detail,
  isOpen,
  onOpenChange,
}: {
  readonly detail: InferenceDetail
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
}): ReactNode {
  const { messages } = useLanguage()
  const copy = useCopy(messages)
  const items = [
    { key: 'l', label: messages.copyLink, text: () => `${location.origin}/ui/logs/${detail.id}` },
    { key: 'j', label: messages.copyJson, text: () => JSON.stringify(detail, null, 2) },
    { key: 'c', label: messages.copyCurl, text: () => curlOf(detail, location.origin) },
  ]
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger className="button">
        <Copy className="icon" aria-hidden="true" />
        {messages.copy}
        <kbd aria-hidden="true">y</kbd>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="end"
          sideOffset={4}
          onKeyDown={(event) => {
            const item = items.find(({ key }) => key === event.key)
            if (item === undefined) return
            event.preventDefault()
            copy(item.text())
            onOpenChange(false)
          }}
        >
          <DropdownMenu.Label className="menu-label">{messages.copyAs}</DropdownMenu.Label>
          {items.map(({ key, label, text }) => (
            <DropdownMenu.Item key={key} className="menu-item" onSelect={() => copy(text())}>
              {label}
              <span className="space" />
              <kbd>{key}</kbd>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
