/** Numbers and dates as the reader's language writes them. A missing number is a dash. */
export interface Format {
  count(value: number | null): string
  percent(share: number): string
  /** Four digits that matter. */
  decimal(value: number): string
  cost(dollars: number | null): string
  duration(ms: number | null): string
  /** `14:13:22.4`: one form for all languages, so that columns stand still. */
  clock(iso: string): string
  shortClock(ms: number, withDay: boolean): string
  dateTime(iso: string): string
}

const UNKNOWN = '–'

export function createFormat(language: string): Format {
  const whole = new Intl.NumberFormat(language)
  const share = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
  const digits = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' })
  const short = new Intl.DateTimeFormat(language, { month: 'numeric', day: 'numeric' })
  return {
    count: (value) => (value === null ? UNKNOWN : whole.format(value)),
    decimal: (value) => digits.format(value),
    percent: (value) => `${share.format(value * 100)} %`,
    cost: formatCost,
    duration: formatDuration,
    clock: (iso) => clockOf(new Date(iso), true),
    shortClock: (ms, withDay) => {
      const time = clockOf(new Date(ms), false)
      return withDay ? `${short.format(ms)} ${time}` : time
    },
    dateTime: (iso) => day.format(new Date(iso)),
  }
}

function formatCost(dollars: number | null): string {
  if (dollars === null) return UNKNOWN
  if (dollars === 0) return '$0'
  if (dollars >= 1) return `$${dollars.toFixed(2)}`
  return `$${dollars.toFixed(dollars >= 0.001 ? 4 : 5)}`
}

function formatDuration(ms: number | null): string {
  if (ms === null) return UNKNOWN
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function clockOf(date: Date, withTenths: boolean): string {
  if (Number.isNaN(date.getTime())) return UNKNOWN
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  if (!withTenths) return time
  return `${time}:${two(date.getSeconds())}.${Math.floor(date.getMilliseconds() / 100)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
