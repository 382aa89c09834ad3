import { isDeepStrictEqual } from 'node:util'
import type { Block } from '../../src/domain/chat.ts'
import type { InferenceRecord } from '../../src/domain/record.ts'
import { totalInput, totalOutput } from '../../src/domain/usage.ts'
import { asObject, type JsonObject } from '../../src/lib/json.ts'
import type { TestGateway } from '../support/gateway.ts'
import type { Upstream } from '../support/upstream.ts'
import { askWith, type DialectName, plainBody, type Question } from './clients.ts'
import { type Facts, missing, noFacts } from './facts.ts'
import { ORACLES } from './oracle.ts'
import { askedIn } from './oracle/common.ts'
import { eventsOf, type Recording } from './recording.ts'
import type { Route } from './targets.ts'

export interface Play {
  readonly gateway: TestGateway
  readonly upstream: Upstream
  readonly recording: Recording
  readonly route: Route
  readonly dialect: DialectName
  readonly model: string
}

/** Plays one exchange in one dialect. Null when everything arrived, else what did not. */
export async function check(play: Play): Promise<string | null> {
  const { gateway, recording, route, dialect, model } = play
  const said = (ORACLES[recording.api] ?? noFacts)(eventsOf(recording))
  const own = route.own === dialect && recording.api !== 'invoke'
  const body = own
    ? ownBody(dialect, recording.request)
    : plainBody(dialect, [...new Set(said.calls.map(({ name }) => name))])
  const question: Question = { model, stream: recording.stream, body, verbatim: own }
  const number = gateway.records.length
  const { facts } = await askWith(dialect, gateway.url, question)
  const record = await recordAt(gateway, number)
  if (!record) return `the SDK never asked: ${facts.error?.message}`
  if (recording.status !== 200 || said.error) {
    return errorDiffers(recording, said.error?.message ?? '', facts.error)
  }
  if (facts.error) return `an error: ${facts.error.message.slice(0, 200)}`
  return (
    missing(expressed(withUsage(said, own, recording), play, own), seen(facts), own) ??
    checkRecord(said, record) ??
    (own ? requestDiffers(play.upstream, recording, []) : null)
  )
}

/** The record of a request; null where none comes. */
export async function recordAt(
  gateway: TestGateway,
  number: number,
): Promise<InferenceRecord | null> {
  const timeout = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), 20_000)
  })
  return Promise.race([gateway.record(number), timeout])
}

/** The recorded request without what the SDK is told apart. */
function ownBody(dialect: DialectName, request: JsonObject): JsonObject {
  const { model: _model, stream: _stream, ...body } = request
  return dialect === 'gemini' ? request : body
}

/** These dialects have no word of their own for why: calls in the answer are the reason. */
function expressed(said: Facts, { dialect, recording }: Play, own: boolean): Facts {
  // OpenAI ends a call that was forced with `stop`, and Anthropic's agents would go no further.
  const isChat = recording.api === 'chat'
  const derives = dialect !== 'chat' && (dialect !== 'messages' || isChat)
  if (own || !derives || said.calls.length === 0 || said.finish !== 'stop') return said
  return { ...said, finish: 'tool' }
}

/** A picture that a dialect can only show as a link is no text of the model's. */
function seen(facts: Facts): Facts {
  return { ...facts, text: facts.text.replaceAll(/!\[file\]\([^)]*\)/g, '') }
}

/** A client that did not ask for usage in its stream is not told. */
function withUsage(said: Facts, own: boolean, { api, stream, request }: Recording): Facts {
  const asked = asObject(request['stream_options'])?.['include_usage'] === true
  if (!own || api !== 'chat' || !stream || asked) return said
  return { ...said, input: null, output: null, cached: null }
}

/** Whether an error came with its words, and a refusal with its status. */
export function errorDiffers(
  recording: Recording,
  message: string,
  got: Facts['error'],
): string | null {
  if (!got) return 'an error that did not arrive'
  const heard = got.message.replaceAll('\\', '')
  if (message !== '' && !heard.includes(message.replaceAll('\\', '').slice(0, 60))) {
    return `error message: said ${message.slice(0, 100)}, got ${got.message.slice(0, 200)}`
  }
  const honest = recording.status >= 400 && recording.status < 500
  if (!honest || got.status === recording.status) return null
  return `error status: said ${recording.status}, got ${got.status}`
}

/** What was stored, read as a person would: all of it, in our nouns. */
function checkRecord(said: Facts, record: InferenceRecord): string | null {
  const facts = noFacts()
  if (record.outcome !== 'ok') return `the record says ${record.outcome}`
  for (const block of record.output) readBlock(facts, block)
  const { usage } = record
  facts.input = usage && totalInput(usage)
  facts.output = usage && totalOutput(usage)
  facts.cached = usage?.cacheRead ?? null
  const wrong = missing({ ...said, finish: '' }, facts, false)
  return wrong === null ? null : `in the record: ${wrong}`
}

function readBlock(facts: Facts, block: Block): void {
  switch (block.type) {
    case 'text':
      facts.text += block.text
      facts.urls.push(...(block.citations ?? []).map(({ url = '' }) => url))
      break
    case 'refusal':
      facts.refusal += block.text
      break
    case 'tool_call':
      facts.calls.push({ id: block.id, name: block.name, text: block.arguments })
      break
    case 'thought':
      facts.reasoning += (block.summary ?? []).join('') + (block.text ?? '')
      break
    case 'unknown':
      facts.calls.push(...askedIn(asObject(block.data) ?? {}))
      break
    default:
      break
  }
  facts.secrets.push(...secretsIn(block))
}

function secretsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretsIn)
}

/** The upstream must have got the client's own words. */
export function requestDiffers(
  upstream: Upstream,
  recording: Recording,
  optional: readonly string[],
): string | null {
  const sent = upstream.requests.at(-1)?.body ?? ''
  const { model: _model, ...got } = (JSON.parse(sent) as JsonObject) ?? {}
  const { model: _named, ...want } = recording.request
  for (const name of ['stream', 'stream_options', 'anthropic_version', ...optional]) {
    delete got[name]
    delete want[name]
  }
  if (isDeepStrictEqual(got, want)) return null
  const keys = [...new Set([...Object.keys(want), ...Object.keys(got)])]
  const changed = keys.filter((key) => !isDeepStrictEqual(got[key], want[key]))
  return `the request changed: ${changed.join(', ')}`
}
