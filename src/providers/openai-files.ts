import { asObject, asString, type Json, type JsonObject, objectsIn } from '../lib/json.ts'

/** How OpenAI's chat completions can be given a file. */
export const FILE_PIECES = ['image_url', 'file', 'input_audio'] as const
type FilePiece = (typeof FILE_PIECES)[number]

/** By the file's type: `application/pdf`. */
type Overrides = Readonly<Record<string, FilePiece>>

/** The request with its files in the pieces that the configuration wants for their types. */
export function withFilesAs(body: JsonObject, overrides: Overrides): JsonObject {
  if (Object.keys(overrides).length === 0) return body
  let changed = false
  const messages = objectsIn(body['messages']).map((message) => {
    const { content = null } = message
    if (!Array.isArray(content)) return message
    const pieces = content.map((piece) => overridden(piece, overrides))
    if (pieces.every((piece, index) => piece === content[index])) return message
    changed = true
    return Object.assign({}, message, { content: pieces })
  })
  return changed ? { ...body, messages } : body
}

function overridden(piece: Json, overrides: Overrides): Json {
  const file = fileIn(piece)
  const wanted = overrides[file?.type ?? '']
  if (!file || wanted === undefined || wanted === asObject(piece)?.['type']) return piece
  const url = `data:${file.type};base64,${file.data}`
  switch (wanted) {
    case 'image_url':
      return { type: 'image_url', image_url: { url } }
    case 'file':
      return { type: 'file', file: { filename: file.name, file_data: url } }
    case 'input_audio': {
      const format = file.type.split('/')[1] ?? ''
      return { type: 'input_audio', input_audio: { data: file.data, format } }
    }
  }
}

interface InlineFile {
  readonly type: string
  /** Base64. */
  readonly data: string
  readonly name: string
}

/** A file whose bytes are in the request; others have no type that anybody could go by. */
function fileIn(piece: Json): InlineFile | null {
  const object = asObject(piece)
  switch (object?.['type']) {
    case 'image_url':
      return inDataUrl(asObject(object['image_url'])?.['url'], 'file')
    case 'file': {
      const file = asObject(object['file'])
      return inDataUrl(file?.['file_data'], asString(file?.['filename']) ?? 'file')
    }
    case 'input_audio': {
      const audio = asObject(object['input_audio'])
      const format = asString(audio?.['format']) ?? ''
      const data = asString(audio?.['data'])
      const type = `audio/${format === 'mp3' ? 'mpeg' : format}`
      return data === undefined ? null : { type, data, name: 'file' }
    }
    default:
      return null
  }
}

function inDataUrl(url: Json | undefined, name: string): InlineFile | null {
  const [, type, data] = /^data:([^;,]+);base64,(.*)$/s.exec(asString(url) ?? '') ?? []
  return type === undefined || data === undefined ? null : { type, data, name }
}
