import { isDeepStrictEqual } from 'node:util'
import { decodeMessages } from '../../../src/api/anthropic/decode.ts'
import { decodeGenerate } from '../../../src/api/gemini/decode.ts'
import { decodeChat } from '../../../src/api/openai/decode.ts'
import { decodeResponses } from '../../../src/api/openai/responses/decode.ts'
import type { ChatRequest } from '../../../src/domain/chat.ts'
import { asString, type JsonObject } from '../../../src/lib/json.ts'
import { providers } from '../../../src/providers/index.ts'
import type { Quirks } from '../../../src/providers/provider.ts'
import { DIALECTS, type DialectName } from '../clients.ts'
import { framing, partsOf, wireOf } from '../decoded.ts'
import { bytesOf, eventsOf, type Recording } from '../recording.ts'
import { SPEAKERS, streamOf } from '../speakers.ts'
import { envelopeFor, hasCutArguments, hasTwins } from '../sums.ts'
import { nextRequest } from './histories.ts'
import { gathered } from './gather.ts'
import { type Mark, type Turn, type Vendor, VENDORS } from './vendors.ts'

const DECODERS: Readonly<Record<DialectName, (json: JsonObject) => ChatRequest>> = {
  chat: decodeChat,
  responses: decodeResponses,
  messages: decodeMessages,
  gemini: decodeGenerate,
}

/** Whether the next request upstream has what this answer's provider wants back, for each dialect. */
export async function checkTurns(
  recording: Recording,
  type: string,
): Promise<readonly { dialect: DialectName; failure: string | null }[]> {
  const wire = wireOf(recording)
  const vendor = VENDORS[wire.name]
  const events = partsOf(recording)
  const parts = events.flat()
  if (!vendor || hasTwins(parts) || parts.some((part) => part.type === 'error')) return []
  const want = vendor.read(vendor.answered(await answerOf(recording)))
  const quirks = providers.find((provider) => provider.type === type)?.quirks ?? {}
  const envelope = envelopeFor(recording)
  // Anthropic's SDK reads as much of cut arguments as it can: what it makes of them nobody sent.
  const cut = wire.name === 'anthropic_messages' && hasCutArguments(parts)
  return Promise.all(
    DIALECTS.map(async (dialect) => {
      const speaker = SPEAKERS[dialect]
      const answers = [
        speaker.whole(envelope, parts),
        await speaker.gather(streamOf(dialect, envelope, events)),
      ]
      const failures = answers.map((answer, place) => {
        const body = upstreamBody(recording, dialect, answer, quirks)
        const failure = compare({ vendor, want, dialect, quirks, recording, cut }, body)
        return failure && `${place === 0 ? 'whole' : 'streamed'}: ${failure}`
      })
      return { dialect, failure: failures.find((failure) => failure !== null) ?? null }
    }),
  )
}

/** The answer as the vendor's own program has it. */
async function answerOf(recording: Recording): Promise<JsonObject> {
  const { name } = wireOf(recording)
  const events = eventsOf(recording)
  const sse = events
    .map(
      ({ body }) =>
        `event: ${asString(body['type']) ?? 'message'}\ndata: ${JSON.stringify(body)}\n\n`,
    )
    .join('')
  if (name === 'gemini') return SPEAKERS.gemini.gather(sse)
  const streams = framing(recording) !== null
  if (name === 'anthropic_messages' && streams) return SPEAKERS.messages.gather(sse)
  const whole = !streams && name !== 'openai_chat'
  return whole
    ? (JSON.parse(bytesOf(recording).toString('utf8')) as JsonObject)
    : gathered(name, events)
}

const OWN: Readonly<Record<string, DialectName>> = {
  openai_chat: 'chat',
  openai_responses: 'responses',
  anthropic_messages: 'messages',
  gemini: 'gemini',
}

function upstreamBody(
  recording: Recording,
  dialect: DialectName,
  answer: JsonObject,
  quirks: Quirks,
): JsonObject {
  const next = nextRequest(dialect, JSON.parse(JSON.stringify(answer)) as JsonObject)
  const wire = wireOf(recording)
  // The gateway sends a request in the provider's own format on as it is.
  if (OWN[wire.name] === dialect) return next
  const target = { model: recording.model ?? 'some-model', stream: false, options: {} }
  const { body } = wire.encode(DECODERS[dialect](next), target, quirks)
  return JSON.parse(JSON.stringify(body)) as JsonObject
}

interface Wanted {
  readonly vendor: Vendor
  readonly want: Turn
  readonly dialect: DialectName
  readonly quirks: Quirks
  readonly recording: Recording
  readonly cut: boolean
}

function compare(
  { vendor, want, dialect, quirks, recording, cut }: Wanted,
  body: JsonObject,
): string | null {
  const got = vendor.read(vendor.sent(body))
  const name = wireOf(recording).name
  const [asked, sent] = [want.marks, got.marks].map((marks) => inOrder(secrets(marks), dialect))
  if (keepsSecrets(name, quirks) && !isDeepStrictEqual(sent, asked)) {
    return `secrets: wanted ${short(asked)}, sent ${short(sent)}`
  }
  if (!cut && !sameCalls(calls(want.marks), calls(got.marks))) {
    return `calls: wanted ${short(calls(want.marks))}, sent ${short(calls(got.marks))}`
  }
  if (squeezed(got.text) !== squeezed(want.text) && !shows(dialect, got.text)) {
    return `text: wanted ${short(want.text)}, sent ${short(got.text)}`
  }
  const order = orderOf(want, dialect)
  if (order && keepsSecrets(name, quirks) && !isDeepStrictEqual(kinds(got.marks), order)) {
    return `order: wanted ${short(order)}, sent ${short(kinds(got.marks))}`
  }
  const results = vendor.results(body)
  const ids = calls(got.marks).map((what) => what.split(' ')[name === 'gemini' ? 1 : 0] ?? '')
  return isDeepStrictEqual(results, ids)
    ? null
    : `results: calls ${short(ids)}, results ${short(results)}`
}

function secrets(marks: readonly Mark[]): string[] {
  return whats(marks, 'secret').filter((what) => !what.includes(NO_SIGNATURE))
}

function calls(marks: readonly Mark[]): string[] {
  return whats(marks, 'call')
}

const NO_SIGNATURE = 'skip_thought_signature_validator'

function whats(marks: readonly Mark[], kind: Mark['kind']): string[] {
  return marks.flatMap((mark) => (mark.kind === kind ? [mark.what] : []))
}

/** Some of the chat family take no reasoning back at all. */
function keepsSecrets(wire: string, { reasoningBack = 'none' }: Quirks): boolean {
  return wire !== 'openai_chat' || reasoningBack === 'reasoning_details'
}

/** In chat completions thoughts and calls stand in lists of their own: their order is not told. */
function orderOf({ marks }: Turn, dialect: DialectName): string[] | null {
  return dialect === 'chat' ? null : kinds(marks)
}

/** Nor is that of their secrets. */
function inOrder(secret: string[], dialect: DialectName): string[] {
  return dialect === 'chat' ? secret.toSorted() : secret
}

function kinds(marks: readonly Mark[]): string[] {
  return marks.filter(({ what }) => !what.includes(NO_SIGNATURE)).map(({ kind }) => kind)
}

/** An id that the vendor did not give is ours to make. */
function sameCalls(want: readonly string[], got: readonly string[]): boolean {
  if (want.length !== got.length) return false
  return want.every((what, place) => {
    const sent = got[place] ?? ''
    // Arguments that were cut off in the middle are no JSON: they go back as text in an object.
    const [, named = '', text] = /^(\S* \S+ )(".*")$/s.exec(what) ?? []
    return (
      sent.endsWith(what) ||
      (text !== undefined &&
        [`${named}{"input":${text}}`, `${named}{}`].some((each) => sent.endsWith(each)))
    )
  })
}

/** Pictures come back as the links they were shown as. */
function shows(dialect: DialectName, text: string): boolean {
  return dialect === 'messages' && text.includes('![file](')
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '')
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 300 ? `${text.slice(0, 220)}…${text.slice(-80)}` : text
}
