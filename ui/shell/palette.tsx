import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { LANGUAGE_NAMES, useLanguage } from '../i18n/language.tsx'
import { Sheet } from './sheet.tsx'
import type { Theme } from './theme.ts'

interface Command {
  readonly label: string
  readonly run: () => void
}

export function Palette({
  onClose,
  onTheme,
}: {
  readonly onClose: () => void
  readonly onTheme: (theme: Theme) => void
}): ReactNode {
  const { messages } = useLanguage()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const commands = useCommands(text, onTheme)
  const chosen = commands[Math.min(at, commands.length - 1)]
  const run = (command: Command | undefined): void => {
    onClose()
    command?.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setAt((at + step + commands.length) % Math.max(1, commands.length))
    else if (event.key === 'Enter') run(chosen)
    else return
    event.preventDefault()
  }
  return (
    <Sheet label={messages.jumpTo} onClose={onClose}>
      <div className="palette">
        <input
          role="combobox"
          aria-label={messages.jumpTo}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.label}`}
          placeholder={messages.jumpPlaceholder}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
        <ul id={listId} role="listbox" aria-label={messages.jumpTo}>
          {commands.map((command) => (
            <li
              key={command.label}
              id={`${listId}-${command.label}`}
              role="option"
              aria-selected={command === chosen}
              onClick={() => run(command)}
            >
              {command.label}
            </li>
          ))}
          {commands.length === 0 && <li className="muted">{messages.noMatch}</li>}
        </ul>
      </div>
    </Sheet>
  )
}

function useCommands(text: string, onTheme: (theme: Theme) => void): readonly Command[] {
  const { messages, choose } = useLanguage()
  const navigate = useNavigate()
  const id = text.trim()
  if (/^[\da-f]{8}-[\da-f-]{4,}$/i.test(id)) {
    const run = (): void => void navigate({ to: '/logs/$id', params: { id } })
    return [{ label: messages.openInference(id), run }]
  }
  const views = [
    [messages.viewAll, undefined],
    [messages.viewErrors, 'status:error'],
  ] as const
  const commands: Command[] = [
    ...views.map(([label, q]) => ({
      label: `${messages.logs}: ${label}`,
      run: () => void navigate({ to: '/logs', search: q === undefined ? {} : { q } }),
    })),
    { label: messages.functions, run: () => void navigate({ to: '/functions' }) },
    { label: messages.home, run: () => void navigate({ to: '/' }) },
    { label: `${messages.theme}: ${messages.themeSystem}`, run: () => onTheme('system') },
    { label: `${messages.theme}: ${messages.themeLight}`, run: () => onTheme('light') },
    { label: `${messages.theme}: ${messages.themeDark}`, run: () => onTheme('dark') },
    { label: `${messages.language}: ${LANGUAGE_NAMES.en}`, run: () => choose('en') },
    { label: `${messages.language}: ${LANGUAGE_NAMES['zh-TW']}`, run: () => choose('zh-TW') },
  ]
  const wanted = id.toLowerCase()
  return commands.filter((command) => command.label.toLowerCase().includes(wanted))
}
