import type { Part } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import { joined } from '../lib/body.ts'
import { asArray, asObject, parseJson } from '../lib/json.ts'
import { EventCutter } from '../lib/sse-cut.ts'
import { readEvents } from '../lib/sse.ts'
import { Decoding } from './decoding.ts'
import type { StreamSource } from './stream-source.ts'
import { type Call, failureInside } from './under-way.ts'

/** How much of a stream's end is read for its end marker and usage, before all of it is. */
const TAIL_CHARS = 2 * 1024
/** Where the last event repeats the whole answer, as in OpenAI's Responses. */
const LONG_TAIL_CHARS = 64 * 1024
const BLANK_LINE = Buffer.from('\n\n')
const LF = 0x0a
const CR = 0x0d
/** A stream that ends so has come whole, and is read only when somebody wants to know its usage. */
const PLAIN_MARK = 'data: [DONE]'
const PLAIN_END = `\n\n${PLAIN_MARK}\n\n`
const TROUBLE = /error|fail/i
const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/

/**
 * Hands on whole events; `ends`: the end mark is among them. A promise is waited for before more is
 * asked of the provider.
 */
export type Pass = (events: Buffer, ends: boolean) => Promise<void> | undefined

/**
 * The fast lane: the upstream's bytes go on as they come, cut between events so that whatever we
 * must add never lands inside one. Only the end is read here; the store thread reads the rest.
 */
export async function relayEvents(
  call: Call,
  source: StreamSource,
  held: readonly Buffer[],
  pass: Pass,
): Promise<void> {
  const events = new EventCutter()
  try {
    let arrived: Buffer | undefined = joined(held)
    while (arrived) {
      const whole = events.push(arrived)
      const ends = hasEndMark(whole, call.attempt.wire.endMarks)
      const waits = whole.length > 0 && pass(shown(call, whole), ends)
      if (waits) {
        source.hold()
        await waits
      }
      source.resume()
      if (ends) source.endSoon()
      try {
        arrived = await source.next()
        checkEnd(call, arrived)
      } catch (thrown) {
        arrived = brokenOff(call, source, thrown)
      }
    }
  } catch (thrown) {
    // The error that the client has been told may be the very last that came.
    if (thrown instanceof GatewayError && thrown.context.told) await passRest(events, pass)
    throw thrown
  } finally {
    source.close()
  }
  await passRest(events, pass)
}

/** An end mark that lacks its blank line would never reach the client's program. */
async function passRest({ rest }: EventCutter, pass: Pass): Promise<void> {
  if (rest.length > 0 && isReadable(rest)) await pass(Buffer.concat([rest, BLANK_LINE]), true)
}

/** Without the usage that only we asked for. */
function shown({ sent }: Call, events: Buffer): Buffer {
  return sent.addedUsage ? withoutUsageEvent(events) : events
}

/** Where nothing more comes, the end must have. */
function checkEnd(call: Call, arrived: Buffer | undefined): void {
  if (!arrived && !readTail(call)) throw new GatewayError('upstream_truncated', '')
}

function brokenOff(call: Call, source: StreamSource, thrown: unknown): undefined {
  if (isDecided(thrown) || !readTail(call)) throw source.failure(thrown)
}

/** A connection may break, or linger, after the end mark: the answer has come. All else is a failure. */
export function isDecided(thrown: unknown): boolean {
  return thrown instanceof GatewayError && thrown.code !== 'upstream_timeout'
}

/** What is left without its blank line may be an end mark, or only half an event. */
function isReadable(rest: Buffer): boolean {
  return readEvents(rest).every(({ data }) => data === '[DONE]' || parseJson(data) !== undefined)
}

/** Whether an event is the end mark. A model may well write those words: there they begin no line. */
export function hasEndMark(events: Buffer, marks: readonly string[]): boolean {
  return marks.some((mark) => beginsALine(events, mark))
}

function beginsALine(events: Buffer, mark: string): boolean {
  let at = events.indexOf(mark)
  while (at > 0 && events[at - 1] !== LF && events[at - 1] !== CR) {
    at = events.indexOf(mark, at + 1)
  }
  return at >= 0
}

/** Whether the stream's end is one. Throws the error that it tells. */
function readTail(call: Call): boolean {
  const { attempt } = call
  const tail = lastChars(attempt.pieces, TAIL_CHARS)
  if (
    tail.endsWith(PLAIN_END) &&
    attempt.wire.endMarks.includes(PLAIN_MARK) &&
    !TROUBLE.test(tail)
  ) {
    attempt.unread = () => decode(call, tail).parts
    return true
  }
  let read = decode(call, tail)
  if (!read.finished) read = decode(call, lastChars(attempt.pieces, LONG_TAIL_CHARS))
  if (!read.finished) read = decode(call, attempt.pieces.join(''))
  for (const part of read.parts) if (part.type === 'usage') attempt.used(part)
  const failure = read.parts.find((part) => part.type === 'error')
  if (!failure) return read.finished
  const error = failureInside(call, failure.error)
  // Its bytes have gone to the client like all others.
  throw new GatewayError(error.code, error.message, { ...error.context, told: true })
}

function decode(call: Call, latin1: string): { parts: Part[]; finished: boolean } {
  const decoding = new Decoding(call.attempt.wire.decoder())
  const bytes = Buffer.from(latin1, 'latin1')
  const parts = [...decoding.push(bytes), ...decoding.end()].flat()
  return { parts, finished: decoding.finished }
}

function lastChars(pieces: readonly string[], count: number): string {
  let text = ''
  let at = pieces.length - 1
  for (; at >= 0 && text.length < count; at--) text = (pieces[at] ?? '').slice(-count) + text
  if (at < 0 && text.length <= count) return text
  const tail = text.slice(-count)
  // Half a line says nothing.
  return tail.slice(tail.indexOf('\n') + 1)
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
