import { stripVTControlCharacters } from 'node:util'
import { totalInput, totalOutput } from '../domain/usage.ts'
import type { InFlight } from '../engine/in-flight.ts'
import type { Trace } from '../engine/trace.ts'

/** Prints a line for each request, for the person at the terminal. */
export function printRequests(inFlight: InFlight): void {
  inFlight.observe({ ended: (trace) => process.stderr.write(`  ${lineOf(trace)}\n`) })
}

function lineOf(trace: Trace): string {
  const time = new Date(trace.startedAt).toISOString().slice(11, 19)
  const usage = trace.last?.usage ?? null
  const tokens = usage ? `${totalInput(usage) ?? '?'}→${totalOutput(usage) ?? '?'}` : '–'
  const seconds = ((trace.endedUs - trace.startedUs) / 1e6).toFixed(2)
  const model = stripVTControlCharacters(trace.ask.requestedModel).slice(0, 48)
  const failed = trace.error ? `  ${stripVTControlCharacters(trace.error.message)}` : ''
  return `${time} ${trace.status} ${model}  ${tokens}  ${seconds} s  ${trace.id.slice(0, 8)}${failed}`
}
