import type { FileBlock } from '../../domain/chat.ts'
import { asObject, asString, type JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'

const WIRE = 'openai_chat'

type File = Pick<FileBlock, 'url' | 'mimeType' | 'raw' | 'wire'>

/** Whether a file that the model made is to be heard. */
export function isSound({ url, mimeType = '' }: File): boolean {
  return mimeType.startsWith('audio/') || url.startsWith('data:audio/')
}

/** A picture as OpenRouter and its clients word it. */
export function imageOf({ url, raw, wire }: File): JsonObject {
  const said = wire === WIRE ? raw : undefined
  return { type: 'image_url', ...said, image_url: { url } }
}

/** A sound in OpenAI's own place for it; what it says stands in the message's content. */
export function audioOf({ url }: File, id: string): JsonObject {
  return { id: `audio_${id}`, data: url.slice(url.indexOf(',') + 1), expires_at: 0, transcript: '' }
}

/** Pictures and the first sound of an answer, as fields of its message. */
export function mediaFields(files: readonly File[], id: string): JsonObject {
  const images = files.filter((file) => !isSound(file)).map(imageOf)
  const sound = files.find(isSound)
  return {
    ...(images.length > 0 && { images }),
    ...(sound && { audio: audioOf(sound, id) }),
  }
}

/** What a client gives a model to hear (`input_audio`); null where there is none. */
export function heardIn(piece: JsonObject): FileBlock | null {
  const audio = asObject(piece['input_audio'])
  const data = asString(audio?.['data'])
  if (data === undefined) return null
  const format = asString(audio?.['format']) ?? 'wav'
  return inlineFile(`audio/${format === 'mp3' ? 'mpeg' : format}`, data)
}

/**
 * Kinds of files that others than OpenAI take by an address, and what each is. Source: OpenRouter
 * docs, "Video inputs"; Mistral docs, "Document AI"; Perplexity's and Z.AI's references, `file_url`.
 */
const ADDRESSED: readonly (readonly [kind: string, mimeType: string | undefined])[] = [
  ['video_url', 'video/*'],
  ['audio_url', 'audio/*'],
  ['document_url', 'application/pdf'],
  ['pdf_url', 'application/pdf'],
  ['file_url', undefined],
]

/** Such a file, with all its client said of it beside the address; null where there is none. */
export function addressedIn(piece: JsonObject): FileBlock | null {
  for (const [kind, mimeType] of ADDRESSED) {
    const said = piece[kind]
    const { url: address, ...more } = asObject(said) ?? {}
    const url = asString(said) ?? asString(address)
    if (url === undefined) continue
    const raw = { ...piece, [kind]: typeof said === 'string' ? '' : more }
    const filename = asString(piece['document_name']) ?? asString(piece['file_name'])
    return { type: 'file', url, ...compact({ mimeType, filename }), raw, wire: WIRE }
  }
  return null
}

/** A file that is there itself. `data`: in base64. */
export function inlineFile(mimeType: string, data: string): FileBlock {
  return { type: 'file', url: `data:${mimeType};base64,${data}`, mimeType }
}
