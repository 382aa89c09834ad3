/** How far back the summary looks. */
const WINDOWS = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 }

export type WindowName = keyof typeof WINDOWS

export function windowNameOf(text: string | undefined): WindowName {
  return text === '1h' || text === '24h' || text === '7d' ? text : '15m'
}

export function windowMsOf(text: string | undefined): number {
  return WINDOWS[windowNameOf(text)]
}
