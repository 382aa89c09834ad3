import { Outlet } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { Banners } from './banners.tsx'
import { useKeys } from './keys.ts'
import { KeysHelp } from './keys-help.tsx'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { ShellContext } from './shell-context.ts'
import { useTheme } from './theme.ts'

const TOAST_MS = 2_000

/** What stands around every page. */
export function Shell(): ReactNode {
  const [theme, chooseTheme] = useTheme()
  const [sheet, setSheet] = useState<'palette' | 'keys' | null>(null)
  const [toast, say] = useToast()
  const close = (): void => setSheet(null)
  useKeys({ '?': () => setSheet('keys') })
  usePaletteKey(() => setSheet('palette'))
  const value = useMemo(
    () => ({
      theme,
      chooseTheme,
      say,
      openPalette: () => setSheet('palette'),
      openKeys: () => setSheet('keys'),
    }),
    // oxlint-disable-next-line react/exhaustive-deps -- chooseTheme changes with the theme only
    [theme, say],
  )
  return (
    <ShellContext value={value}>
      <div className="app">
        <Rail />
        <div className="frame">
          <Banners />
          <Outlet />
        </div>
      </div>
      {sheet === 'keys' && <KeysHelp onClose={close} />}
      {sheet === 'palette' && <Palette onClose={close} onTheme={chooseTheme} />}
      <div role="status">{toast !== null && <div className="toast">{toast}</div>}</div>
    </ShellContext>
  )
}

function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      open()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
    // oxlint-disable-next-line react/exhaustive-deps -- opening is the same action each time
  }, [])
}

function useToast(): readonly [string | null, (text: string) => void] {
  const [toast, setToast] = useState<string | null>(null)
  useEffect(() => {
    if (toast === null) return
    const timer = setTimeout(() => setToast(null), TOAST_MS)
    return () => clearTimeout(timer)
  }, [toast])
  return [toast, useCallback((text: string) => setToast(text), [])]
}
