import { styleText } from 'node:util'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Says things to the operator. Values that cannot be printed (secrets) print as such. */
export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

type Fields = Readonly<Record<string, unknown>>

export interface LogOptions {
  readonly format: 'pretty' | 'json'
  readonly level: LogLevel
  readonly color: boolean
  readonly now: () => number
  readonly write: (line: string) => void
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const COLORS = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

export function createLog(options: LogOptions): Log {
  const least = LEVELS.indexOf(options.level)
  const at =
    (level: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      if (LEVELS.indexOf(level) < least) return
      options.write(`${format(options, level, message, fields)}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function format(options: LogOptions, level: LogLevel, message: string, fields: Fields): string {
  const time = new Date(options.now()).toISOString()
  if (options.format === 'json') {
    const own = { time, level, message }
    return JSON.stringify({ ...own, ...fields, ...own }, printable)
  }
  const paint = (color: Parameters<typeof styleText>[0], text: string) =>
    options.color ? styleText(color, text, { validateStream: false }) : text
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${textOf(value)}`)
  const clock = time.slice(11, 23)
  return `${paint('gray', clock)} ${paint(COLORS[level], level.padEnd(5))} ${clean(message)}${paint('gray', rest.join(''))}`
}

function textOf(value: unknown): string {
  const plain = printable('', value)
  const text =
    typeof plain === 'string' ? plain : (JSON.stringify(plain, printable) ?? String(plain))
  // Indented, so that nobody's words can look like a line of ours.
  return clean(text.replaceAll('\n', '\n    '))
}

/** An error as JSON would be empty. */
function printable(_key: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? value.message) : value
}

/** Other people's words may hold escape sequences: a terminal must not obey them. */
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD')
}
