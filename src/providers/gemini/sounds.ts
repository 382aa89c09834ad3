import { asObject, asString, type JsonObject } from '../../lib/json.ts'

interface Sound {
  readonly mimeType: string
  readonly pieces: Buffer[]
}

/** The bytes that a part holds, in base64; some servers write Google's older names. */
export function inlineIn(part: JsonObject): { mimeType: string; data: string } | null {
  const inline = asObject(part['inlineData']) ?? asObject(part['inline_data'])
  if (!inline) return null
  const mimeType = asString(inline['mimeType']) ?? asString(inline['mime_type']) ?? ''
  return { mimeType, data: asString(inline['data']) ?? '' }
}

/** Bare samples that come piece by piece: one sound, of any choice, until something else is said. */
export class Sounds {
  readonly #heard = new Map<number, Sound>()

  /** Whether a part is bare samples; then they are kept. */
  hear(part: JsonObject, choice: number): boolean {
    const { mimeType = '', data = '' } = inlineIn(part) ?? {}
    const signed = 'thoughtSignature' in part || part['thought'] === true
    if (signed || !/^audio\/(l16|pcm)\b/i.test(mimeType)) return false
    const sound = this.#heard.get(choice) ?? { mimeType, pieces: [] }
    sound.pieces.push(Buffer.from(data, 'base64'))
    this.#heard.set(choice, sound)
    return true
  }

  /** The sound of a choice, once. */
  take(choice: number): { url: string; mimeType: string } | null {
    const sound = this.#heard.get(choice)
    if (!sound) return null
    this.#heard.delete(choice)
    const { mimeType, pieces } = sound
    return { url: `data:${mimeType};base64,${Buffer.concat(pieces).toString('base64')}`, mimeType }
  }
}
