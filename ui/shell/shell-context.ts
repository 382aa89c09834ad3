import { createContext, use } from 'react'
import type { Theme } from './theme.ts'

interface ShellValue {
  readonly theme: Theme
  readonly chooseTheme: (theme: Theme) => void
  readonly openPalette: () => void
  readonly openKeys: () => void
  /** Says something for a moment. */
  readonly say: (text: string) => void
}

export const ShellContext = createContext<ShellValue | null>(null)

export function useShell(): ShellValue {
  const value = use(ShellContext)
  if (value === null) throw new Error('useShell needs a Shell')
  return value
}

/** Copies, and says whether it worked. */
export function useCopy(words: { copied: string; copyFailed: string }): (text: string) => void {
  const { say } = useShell()
  return (text) => {
    copyText(text).then(
      () => say(words.copied),
      () => say(words.copyFailed),
    )
  }
}

/** The clipboard is there only on https and localhost; a selection works on any address. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  if (!isCopied) throw new Error('copying was refused')
}
