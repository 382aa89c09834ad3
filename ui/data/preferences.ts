/** What this browser remembers. Storage can be forbidden, so both ways may come to nothing. */
export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(`weir.${name}`)
  } catch {
    return null
  }
}

export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(`weir.${name}`, value)
  } catch {
    // The choice then lasts for this page only.
  }
}
