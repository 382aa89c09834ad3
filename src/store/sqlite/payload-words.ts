import { foldCase } from '../../domain/log-query-match.ts'
import { headOf, type Payload } from './payload.ts'

/** A text that is looked for in what was asked and answered. */
export interface Words {
  readonly folded: string
  /** As JSON has it, its UTF-8 bytes read as Latin-1: quick to find among undecoded bytes. */
  readonly bytes: string
}

export function wordsOf(text: string): Words {
  const inJson = JSON.stringify(text).slice(1, -1)
  return { folded: foldCase(text), bytes: foldBytes(Buffer.from(inJson)) }
}

/**
 * Which of the texts are in the input or output of a payload. Most documents have none of them even
 * as bytes, so few are parsed: those alone tell words from their JSON, and from raw requests.
 */
export function wordsIn(
  document: Buffer,
  words: readonly Words[],
  decode: (document: Buffer) => Payload | null,
): ReadonlySet<Words> {
  const bytes = foldBytes(headOf(document))
  const possible = words.filter((one) => bytes.includes(one.bytes))
  const payload = possible.length === 0 ? null : decode(document)
  if (payload === null) return new Set()
  const { input, output, native } = payload
  const texts = [...textsIn([input, output, native?.input, native?.output])].map(foldCase)
  return new Set(possible.filter(({ folded }) => texts.some((text) => text.includes(folded))))
}

/** Lower case, byte by byte: other bytes may become the same, but equal ones stay equal. */
function foldBytes(bytes: Buffer): string {
  return bytes.toString('latin1').toLowerCase()
}

/** What is written under these names is no text of anybody. */
const NO_TEXT: ReadonlySet<string> = new Set([
  'type',
  'role',
  'signature',
  'data',
  'format',
  'wire',
  'mimeType',
  'mime_type',
  'providerType',
  'provider_type',
])

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (!value.startsWith('data:')) yield value
    return
  }
  if (typeof value !== 'object' || value === null) return
  const entries: [string, unknown][] = Object.entries(value)
  for (const [key, inner] of entries) {
    if (typeof inner !== 'string' || !NO_TEXT.has(key)) yield* textsIn(inner)
  }
}
