import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import type { Messages } from '../i18n/en.ts'
import { Sheet } from './sheet.tsx'

type Group = readonly [string, readonly (readonly [readonly string[], string])[]]

export function KeysHelp({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { messages } = useLanguage()
  return (
    <Sheet label={messages.keys} hasHead onClose={onClose}>
      {groupsOf(messages).map(([title, keys]) => (
        <section key={title} aria-label={title}>
          <div className="menu-label">{title}</div>
          <dl className="keys">
            {keys.map(([names, does]) => (
              <div key={does} className="contents">
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Sheet>
  )
}

function groupsOf(messages: Messages): readonly Group[] {
  return [
    [
      messages.helpLogs,
      [
        [['j', 'k'], messages.helpMove],
        [['Enter'], messages.helpOpen],
        [['p'], messages.helpPeek],
        [['space'], messages.helpPause],
        [['/'], messages.helpFilter],
        [['Esc'], messages.helpEscape],
      ],
    ],
    [
      messages.helpInference,
      [
        [['j', 'k'], messages.helpNeighbour],
        [['[', ']'], messages.helpTabs],
        [['y'], messages.helpCopy],
      ],
    ],
    [
      messages.helpEverywhere,
      [
        [['⌘K', 'Ctrl K'], messages.helpPalette],
        [['?'], messages.helpHelp],
      ],
    ],
  ]
}
