import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { asArray, asObject, parseJson } from '../lib/json.ts'
import { wholeEvents } from '../lib/sse-cut.ts'
import { Collector } from '../domain/collect.ts'
import { Decoding } from './decoding.ts'
import type { StreamSource } from './stream-source.ts'
import { type Call, failureInside } from './under-way.ts'

/** How much of a stream's end is read for its end marker and usage, before all of it is. */
const TAIL_CHARS = 16 * 1024
const END_MARK = Buffer.from('data: [DONE]')
const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/

/**
 * The fast lane: the upstream's bytes go on as they come, cut between events so that whatever we
 * must add never lands inside one. Only the end is read here; the store thread reads the rest.
 */
export async function* relayEvents(
  call: Call,
  source: StreamSource,
  held: readonly Buffer[],
): AsyncGenerator<Buffer> {
  const events = new WholeEvents()
  let arrived: Buffer | undefined = Buffer.concat(held)
  try {
    while (arrived) {
      const whole = events.add(arrived)
      if (whole.length > 0) yield call.sent.addedUsage ? withoutUsageEvent(whole) : whole
      if (whole.includes(END_MARK)) source.endSoon()
      arrived = await source.next()
    }
  } catch (thrown) {
    const left = thrown instanceof GatewayError && thrown.code === 'client_gone'
    if (left || !readTail(call)) throw thrown
    return
  }
  if (!readTail(call)) throw new GatewayError('upstream_truncated', '')
  // An end mark that lacks its blank line would never reach the client's program.
  if (events.rest.length > 0) yield Buffer.concat([events.rest, BLANK_LINE])
}

const BLANK_LINE = Buffer.from('\n\n')

/** Cuts what arrives between events. */
class WholeEvents {
  rest: Buffer = Buffer.alloc(0)

  add(arrived: Buffer): Buffer {
    const bytes = this.rest.length === 0 ? arrived : Buffer.concat([this.rest, arrived])
    const whole = wholeEvents(bytes)
    this.rest = bytes.subarray(whole)
    return bytes.subarray(0, whole)
  }
}

/** Reads the end of the stream: whether it is one, and what it says of usage and errors. */
function readTail(call: Call): boolean {
  const { attempt } = call
  const tail = decode(call, lastChars(attempt.pieces, TAIL_CHARS))
  const read = tail.finished ? tail : decode(call, attempt.pieces.join(''))
  const collector = new Collector()
  for (const part of read.parts) collector.add(part)
  attempt.usage = collector.answer().usage
  attempt.reportedCost = collector.reportedCost
  const failure = read.parts.find((part) => part.type === 'error')
  if (!failure) return read.finished
  const error = failureInside(call, failure.error)
  // Its bytes have gone to the client like all others.
  throw new GatewayError(error.code, error.message, { ...error.context, told: true })
}

function decode(call: Call, latin1: string): { parts: Part[]; finished: boolean } {
  const decoding = new Decoding(call.target.provider.wire.decoder())
  const bytes = Buffer.from(latin1, 'latin1')
  const parts = [...decoding.push(bytes), ...decoding.end()].flat()
  return { parts, finished: decoding.finished }
}

function lastChars(pieces: readonly string[], count: number): string {
  let text = ''
  for (let at = pieces.length - 1; at >= 0 && text.length < count; at--) {
    text = (pieces[at] ?? '') + text
  }
  return text
}

/** Without the chunk that only we asked for: empty `choices` and a usage. */
function withoutUsageEvent(events: Buffer): Buffer {
  if (!events.includes('"usage"') || !NO_CHOICES.test(events.toString('latin1'))) return events
  const kept = events
    .toString('utf8')
    .split(/(?<=\r\n\r\n|\n\n|\r\r)/)
    .filter((event) => !isUsageOnly(event))
  return Buffer.from(kept.join(''))
}

function isUsageOnly(event: string): boolean {
  const data = /^data:(.*)$/m.exec(event)?.[1]
  const chunk = asObject(parseJson(data ?? ''))
  return (
    chunk !== undefined &&
    Array.isArray(chunk['choices']) &&
    asArray(chunk['choices']).length === 0 &&
    asObject(chunk['usage']) !== undefined
  )
}
