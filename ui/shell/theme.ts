import { useState } from 'react'
import { readPreference, writePreference } from '../data/preferences.ts'

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const choose = (next: Theme): void => {
    if (next === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = next
    writePreference('theme', next)
    setTheme(next)
  }
  return [theme, choose]
}

function storedTheme(): Theme {
  const stored = readPreference('theme')
  return THEMES.find((theme) => theme === stored) ?? 'system'
}
