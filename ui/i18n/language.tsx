import { createContext, use, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { readPreference, writePreference } from '../data/preferences.ts'
import { createFormat } from '../text/format.ts'
import type { Format } from '../text/format.ts'
import { en } from './en.ts'
import type { Messages } from './en.ts'
import { zhTW } from './zh-tw.ts'

export type Language = 'en' | 'zh-TW'

export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', 'zh-TW': '繁體中文' }

interface LanguageValue {
  readonly language: Language
  readonly messages: Messages
  readonly format: Format
  readonly choose: (language: Language) => void
}

const LanguageContext = createContext<LanguageValue | null>(null)

export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState<Language>(firstLanguage)
  const value = useMemo(
    () => ({
      language,
      messages: language === 'zh-TW' ? zhTW : en,
      format: createFormat(language),
      choose(next: Language) {
        document.documentElement.lang = next
        writePreference('language', next)
        setLanguage(next)
      },
    }),
    [language],
  )
  return <LanguageContext value={value}>{children}</LanguageContext>
}

export function useLanguage(): LanguageValue {
  const value = use(LanguageContext)
  if (value === null) throw new Error('useLanguage needs a LanguageProvider')
  return value
}

/** `theme.js` has decided already, before the first paint. */
function firstLanguage(): Language {
  const stored = readPreference('language') ?? document.documentElement.lang
  return stored === 'zh-TW' ? 'zh-TW' : 'en'
}
