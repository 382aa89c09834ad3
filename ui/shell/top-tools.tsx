import { Languages, Moon, Search, Sun, SunMoon } from 'lucide-react'
import type { ReactNode } from 'react'
import { LANGUAGE_NAMES, useLanguage } from '../i18n/language.tsx'
import type { Messages } from '../i18n/en.ts'
import { useShell } from './shell-context.ts'

const ICONS = { system: SunMoon, light: Sun, dark: Moon }

/** The right end of every page's top line. */
export function TopTools(): ReactNode {
  const { messages, language, choose } = useLanguage()
  const { theme, chooseTheme, openPalette } = useShell()
  const ThemeIcon = ICONS[theme]
  return (
    <>
      <button type="button" className="find only-wide" onClick={openPalette}>
        <Search className="icon" aria-hidden="true" />
        {messages.jumpTo}
        <kbd>⌘K</kbd>
      </button>
      <IconSelect
        label={messages.language}
        icon={<Languages className="icon" aria-hidden="true" />}
        value={language}
        names={LANGUAGE_NAMES}
        onChoose={choose}
      />
      <IconSelect
        label={messages.theme}
        icon={<ThemeIcon className="icon" aria-hidden="true" />}
        value={theme}
        names={themeNames(messages)}
        onChoose={chooseTheme}
      />
    </>
  )
}

/** The browser's own choice list under an icon: it needs no script, and no style to be injected. */
function IconSelect<Name extends string>({
  label,
  icon,
  value,
  names,
  onChoose,
}: {
  readonly label: string
  readonly icon: ReactNode
  readonly value: Name
  readonly names: Readonly<Record<Name, string>>
  readonly onChoose: (name: Name) => void
}): ReactNode {
  const options = keysOf(names)
  return (
    <label className="button square icon-select" title={label}>
      {icon}
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = options.find((name) => name === event.target.value)
          if (chosen !== undefined) onChoose(chosen)
        }}
      >
        {options.map((name) => (
          <option key={name} value={name}>
            {names[name]}
          </option>
        ))}
      </select>
    </label>
  )
}

function keysOf<Name extends string>(names: Readonly<Record<Name, string>>): readonly Name[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the names
  return Object.keys(names) as Name[]
}

function themeNames(messages: Messages): Record<'system' | 'light' | 'dark', string> {
  return {
    system: messages.themeSystem,
    light: messages.themeLight,
    dark: messages.themeDark,
  }
}
