import { isDeepStrictEqual } from 'node:util'
import type { Envelope } from '../../src/api/dialect.ts'
import type { Part } from '../../src/domain/chat.ts'
import { Collector } from '../../src/domain/collect.ts'
import {
  asArray,
  asObject,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../src/lib/json.ts'
import { DIALECTS, type DialectName } from './clients.ts'
import { partsOf, wireOf } from './decoded.ts'
import type { Recording } from './recording.ts'
import { joinedParts, SPEAKERS, streamOf } from './speakers.ts'

/** An answer's envelope, as the gateway would give it to this recording. */
export function envelopeFor(recording: Recording): Envelope {
  return {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    episodeId: '01890a5d-ac96-774b-bcce-b302099a8058',
    model: 'm',
    created: 1,
    providerType: 'p',
    wire: wireOf(recording).name,
    wantsUsage: true,
    cost: () => null,
    request: {},
  }
}

/** In which dialects a recorded answer says as a stream what it says as a whole; null means it does. */
export async function checkSums(
  recording: Recording,
): Promise<readonly { dialect: DialectName; failure: string | null }[]> {
  const events = partsOf(recording)
  const cut = hasCutArguments(events.flat())
  if (hasTwins(events.flat())) return []
  if (events.flat().some(({ type }) => type === 'error')) return []
  const envelope = envelopeFor(recording)
  return Promise.all(
    DIALECTS.map(async (dialect) => {
      const speaker = SPEAKERS[dialect]
      const said = NORMAL[dialect](speaker.whole(envelope, events.flat()))
      const text = streamOf(dialect, envelope, events)
      const added = NORMAL[dialect](await speaker.gather(text))
      // Anthropic's SDK reads as much of such arguments as it can; a whole answer has them as text.
      const same = cut && dialect === 'messages'
      return { dialect, failure: same ? null : difference(said, added) }
    }),
  )
}

/** xAI names two thoughts alike; OpenAI's SDK takes no such stream, whoever sends it. */
export function hasTwins(parts: readonly Part[]): boolean {
  const ids = parts.flatMap((part) => (part.type === 'reasoning' && part.id ? [part.id] : []))
  return new Set(ids).size < ids.length
}

/** Whether a call's arguments end in the middle. */
export function hasCutArguments(parts: readonly Part[]): boolean {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer().content.some((block) => {
    if (block.type !== 'tool_call' || block.custom) return false
    return block.arguments.startsWith('{') && parseJson(block.arguments) === undefined
  })
}

function difference(said: JsonObject, added: JsonObject): string | null {
  const keys = [...new Set([...Object.keys(said), ...Object.keys(added)])]
  const wrong = keys.find((key) => !isDeepStrictEqual(said[key], added[key]))
  if (wrong === undefined) return null
  return `${wrong}: whole ${short(said[wrong])}, streamed ${short(added[wrong])}`
}

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 300 ? `${text.slice(0, 220)}…${text.slice(-80)}` : text
}

/** An answer without what may differ: names of pieces, what a stream cannot take back. */
const NORMAL: Readonly<Record<DialectName, (answer: JsonObject) => JsonObject>> = {
  chat: ({ choices, usage }) => {
    const messages = objectsIn(objectsIn(choices).map(({ message }) => message ?? null))
    return {
      ...Object.fromEntries(
        messages.flatMap((message, place) =>
          CHAT_FIELDS.map((field) => [`${field} ${place}`, message[field] ?? null]),
        ),
      ),
      finish: objectsIn(choices).map(({ finish_reason: reason }) => reason ?? null),
      usage: usage ?? null,
    }
  },
  responses: ({ output, usage, status, incomplete_details: why }) => ({
    output: objectsIn(output).map(withoutIds),
    usage: usage ?? null,
    status: status ?? null,
    why: why ?? null,
  }),
  messages: ({ content, usage, stop_reason: reason, stop_sequence: sequence }) => ({
    content: objectsIn(content).map(withoutEmpty),
    usage: withoutLives(asObject(usage)),
    reason: reason ?? null,
    sequence: sequence ?? null,
  }),
  gemini: ({ candidates, usageMetadata: usage }) => ({
    candidates: objectsIn(candidates).map(({ content, ...candidate }) =>
      Object.assign(candidate, { parts: joinedParts(objectsIn(asObject(content)?.['parts'])) }),
    ),
    usage: usage ?? null,
  }),
}

const CHAT_FIELDS = [
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'tool_calls',
  'annotations',
  'images',
  'audio',
]

function withoutIds({ id: _id, parsed_arguments: _parsed, ...item }: JsonObject): JsonObject {
  const { content } = item
  if (!Array.isArray(content)) return item
  return { ...item, content: objectsIn(content).map(({ parsed: _none, ...piece }) => piece) }
}

function withoutEmpty({ citations, ...block }: JsonObject): JsonObject {
  // A thought's name may come after its words.
  const { id: _id, ...thought } = block
  const own = block['type'] === 'thinking' ? thought : block
  return asArray(citations).length > 0 ? { ...own, citations: citations ?? null } : own
}

/**
 * How long what was cached lives, in which tier, where and how fast is told at a stream's beginning
 * alone: the SDK takes it from there, and of a whole answer it is known only at the end.
 */
function withoutLives(usage: JsonObject = {}): JsonObject {
  const { cache_creation: _lives, service_tier: _tier, ...counts } = usage
  const { inference_geo: _place, speed: _speed, ...others } = counts
  return others
}
