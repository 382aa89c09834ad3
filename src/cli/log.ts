import { systemClock } from '../lib/clock.ts'
import { createLog, type Log } from '../lib/log.ts'
import type { Arguments } from './arguments.ts'

/** Where the gateway says what it does: for people on a terminal, as JSON elsewhere. */
export function logFor(args: Arguments): Log {
  const tty = process.stderr.isTTY
  return createLog({
    format: args.logFormat ?? (tty ? 'pretty' : 'json'),
    level: 'info',
    color: tty,
    now: systemClock.now,
    write: (line) => process.stderr.write(line),
  })
}
