import { utf8 } from '../../engine/kept-text.ts'
import type { AttemptTrace, Trace } from '../../engine/trace.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import type { RawFacts } from '../dialect.ts'

/** What the providers of a request said, for a client who asked to see it. */
export function rawFacts(trace: Trace): RawFacts | undefined {
  const { include } = trace.ask
  if (!include) return undefined
  return {
    include,
    responses: (which) => responsesOf(trace, which),
    usages: (which) => usagesOf(trace, which).flatMap(usageEntries),
    lastResponse: () => lastResponse(trace),
  }
}

/** Of candidates it is their judge's, or nobody's where that one failed; alone, a candidate's own. */
function lastResponse({ last, answering, attempts }: Trace): string | null {
  const latest = attempts.at(-1)
  const judged = answering !== undefined && latest?.ask.variant?.candidate === null
  if (judged) return latest.error === null ? textOf(latest) : null
  return last ? textOf(last) : ''
}

/** Those that failed first, then those that did not. */
function responsesOf(trace: Trace, which: 'all' | 'earlier'): JsonObject[] {
  const { attempts, last } = trace
  const done = successes(attempts).filter((attempt) => which === 'all' || attempt !== last)
  return [...failuresOf(trace), ...done.flatMap(namedEntries)]
}

/** What the calls that failed were told. */
export function failuresOf({ attempts }: Trace): JsonObject[] {
  return attempts
    .filter((attempt) => attempt.error !== null && attempt.bytesIn > 0)
    .flatMap((attempt) => entriesOf(attempt))
}

function usagesOf({ attempts, last }: Trace, which: 'all' | 'earlier' | 'last'): AttemptTrace[] {
  return successes(attempts).filter(
    (attempt) => which === 'all' || (attempt === last) === (which === 'last'),
  )
}

/** The last event of a stream, as it came. */
export function lastEvent({ last }: Trace): string {
  const events = readEvents(Buffer.from(last?.pieces.join('') ?? '', 'latin1'))
  return events.at(-1)?.data ?? ''
}

/** Calls of this request: what came out of the cache was said to another one. */
function successes(attempts: readonly AttemptTrace[]): AttemptTrace[] {
  return attempts.filter(({ error, status, cached }) => error === null && status === 200 && !cached)
}

function usageEntries(attempt: AttemptTrace): JsonObject[] {
  const told = toldByRelay(attempt, 'raw_usage')
  if (told) return told
  const { id, target, rawUsage: data } = attempt
  const { type } = target.provider
  return [{ model_inference_id: id, provider_type: type, api_type: apiTypeOf(attempt), data }]
}

function namedEntries(attempt: AttemptTrace): JsonObject[] {
  const named = { model_inference_id: attempt.id }
  return toldByRelay(attempt, 'raw_response') ?? [{ ...named, ...entryOf(attempt) }]
}

function entriesOf(attempt: AttemptTrace): JsonObject[] {
  return toldByRelay(attempt, 'raw_response') ?? [entryOf(attempt)]
}

function entryOf(attempt: AttemptTrace): JsonObject {
  return {
    provider_type: attempt.target.provider.type,
    api_type: apiTypeOf(attempt),
    data: textOf(attempt),
  }
}

/** What another gateway tells of the providers that it asked. */
function toldByRelay(attempt: AttemptTrace, field: string): JsonObject[] | null {
  if (!attempt.target.provider.relays) return null
  const told = asObject(parseJson(textOf(attempt)))?.[field]
  return Array.isArray(told) ? objectsIn(told) : null
}

function textOf({ pieces }: AttemptTrace): string {
  return utf8(pieces.join(''))
}

/** TensorZero knows four kinds of API; every way to converse counts as the first. */
function apiTypeOf({ ask, wire }: AttemptTrace): string {
  if (ask.operation === 'embeddings') return 'embeddings'
  if (ask.operation !== 'chat') return 'other'
  return wire.name.endsWith('responses') ? 'responses' : 'chat_completions'
}
