import { useEffect, useRef } from 'react'

type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>

/**
 * Listens to single keys on the whole page, but not while the reader types, is in a menu or a
 * dialog, or holds a modifier.
 */
export function useKeys(map: KeyMap): void {
  const latest = useRef(map)
  useEffect(() => {
    latest.current = map
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      if (isBusy(event)) return
      const action = latest.current[event.key]
      if (action === undefined) return
      event.preventDefault()
      action(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

function isBusy(event: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open], [role="menu"]') !== null) return true
  const { target } = event
  if (!(target instanceof Element)) return false
  if (target.closest('input, textarea, select, [contenteditable]') !== null) return true
  // A focused control keeps the keys that press it.
  const isPress = event.key === 'Enter' || event.key === ' '
  return isPress && target.closest('a, button, summary, [role="tab"]') !== null
}
