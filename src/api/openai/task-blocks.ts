import type { FileBlock } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { InputBlock } from '../../domain/input.ts'
import { asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import { sniffBase64 } from '../../lib/sniff.ts'
import { compact } from '../compact.ts'
import { describe, unknownVariant } from '../serde.ts'

/** What TensorZero says of a request in this dialect that it cannot read. */
export function openaiInvalid(message: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `Invalid request to OpenAI-compatible endpoint: ${message}`,
  )
}

const TYPES = [
  'text',
  'image_url',
  'file',
  'input_audio',
  'tensorzero::raw_text',
  'tensorzero::template',
]

/** One piece of a message's content, TensorZero's own kinds included. Throws `GatewayError` (400). */
export function readPiece(value: Json, role: string, warnings: string[]): InputBlock {
  const piece = asObject(value)
  if (!piece) throw openaiInvalid(`Content block \`${JSON.stringify(value)}\` is not an object`)
  const type = asString(piece['type'])
  switch (type) {
    case 'text':
      return readText(piece, role, warnings)
    case 'refusal':
      return { type, text: need(piece, 'refusal', piece) }
    case 'tensorzero::raw_text':
      return { type: 'raw_text', value: need(piece, 'value', piece) }
    case 'tensorzero::template':
      return { type: 'template', name: need(piece, 'name', piece), arguments: argumentsOf(piece) }
    case 'image_url':
      return readImage(innerOf(piece, 'image_url'), piece)
    case 'file':
      return readFile(innerOf(piece, 'file'), piece)
    case 'input_audio':
      return readAudio(innerOf(piece, 'input_audio'), piece, warnings)
    case undefined:
      return readBare(piece, role, warnings)
    default:
      throw badBlock(piece, unknownVariant(type, TYPES))
  }
}

/** The older way: an object that says no type is the arguments of the role's template. */
function readBare(piece: JsonObject, role: string, warnings: string[]): InputBlock {
  if ('type' in piece || hasOwnKey(piece)) throw badBlock(piece, 'missing field `type`')
  warnings.push(
    'a content block without a type is deprecated: use `{"type": "tensorzero::template", "name": …, "arguments": …}`',
  )
  return { type: 'template', name: role, arguments: piece }
}

function readText(piece: JsonObject, role: string, warnings: string[]): InputBlock {
  const { text, 'tensorzero::arguments': args } = piece
  if (text !== undefined && args !== undefined) {
    throw badBlock(piece, textRule('Only one of `text` or `tensorzero::arguments` can be set'))
  }
  if (text === undefined && args === undefined) {
    throw badBlock(piece, textRule('Either `text` or `tensorzero::arguments` must be set'))
  }
  if (args === undefined) {
    if (typeof text !== 'string') throw badBlock(piece, textRule('`text` must be a string'))
    const cacheControl = asObject(piece['cache_control'])
    return { type: 'text', text, ...compact({ cacheControl }) }
  }
  const given = asObject(args)
  if (!given) throw badBlock(piece, textRule('`tensorzero::arguments` must be an object'))
  warnings.push('`tensorzero::arguments` is deprecated: use a block `tensorzero::template`')
  return { type: 'template', name: role, arguments: given }
}

function textRule(what: string): string {
  return `${what} when using \`"type": "text"\``
}

function argumentsOf(piece: JsonObject): JsonObject {
  const given = asObject(piece['arguments'])
  if (given) return given
  const { arguments: value } = piece
  if (value === undefined) throw badBlock(piece, 'missing field `arguments`')
  throw badBlock(piece, `invalid type: ${describe(value)}, expected a map`)
}

function readImage(image: JsonObject, piece: JsonObject): FileBlock {
  const url = need(image, 'url', piece)
  const cacheControl = asObject(piece['cache_control'])
  const detail = asString(image['detail'])
  const common = compact({ detail, cacheControl })
  if (url.startsWith('data:')) {
    return { type: 'file', url, mimeType: dataUrlType(url), ...common }
  }
  if (!URL.canParse(url)) throw badBlock(piece, 'relative URL without a base')
  const mimeType = asString(image['tensorzero::mime_type'])
  return { type: 'file', url, ...compact({ mimeType }), ...common }
}

function readFile(file: JsonObject, piece: JsonObject): FileBlock {
  const fileId = asString(file['file_id'])
  const filename = asString(file['filename'])
  if (fileId !== undefined) return { type: 'file', url: '', fileId, ...compact({ filename }) }
  const url = need(file, 'file_data', piece)
  return { type: 'file', url, mimeType: dataUrlType(url), ...compact({ filename }) }
}

/** The MIME type that a `data:` URL carries; it must carry base64. */
function dataUrlType(url: string): string {
  const example = 'e.g. `data:image/png;base64,SGVsbG8sIFdvcmxkIQ==`'
  const wanted = `Expected a base64-encoded data URL with MIME type (${example})`
  if (!url.startsWith('data:')) {
    throw openaiInvalid(`${wanted}, but got a value without the \`data:\` prefix.`)
  }
  const at = url.indexOf(';base64,')
  if (at < 0) throw openaiInvalid(`${wanted}, but got a value without the \`;base64,\` separator.`)
  const type = url.slice('data:'.length, at)
  if (/^[\w.+-]+\/[\w.+-]+/.test(type)) return type
  throw openaiInvalid(`Unknown MIME type \`${type}\` in data URL`)
}

const FORMATS: Readonly<Record<string, string>> = { wav: 'audio/x-wav', mp3: 'audio/mpeg' }

/** A recording's type is what its first bytes say, whatever `format` does. */
function readAudio(audio: JsonObject, piece: JsonObject, warnings: string[]): FileBlock {
  const data = need(audio, 'data', piece)
  const format = need(audio, 'format', piece)
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data) || data.length % 4 !== 0) {
    throw openaiInvalid('Invalid base64 data in input_audio')
  }
  const type = sniffBase64(data)
  if (type === null) {
    throw openaiInvalid(
      `Could not detect audio format from file content. Format field was: ${format}`,
    )
  }
  if (!type.startsWith('audio/')) {
    const kind = type.split('/')[0]
    throw openaiInvalid(`Expected audio file for input_audio, but detected ${type} (type: ${kind})`)
  }
  const expected = FORMATS[format]
  if (expected !== undefined && expected !== type) {
    warnings.push(`a recording said to be ${format} is ${type}`)
  }
  return { type: 'file', url: `data:${type};base64,${data}`, mimeType: type }
}

function innerOf(piece: JsonObject, field: string): JsonObject {
  const inner = asObject(piece[field])
  if (inner) return inner
  const { [field]: value } = piece
  if (field === 'image_url' && typeof value === 'string') return { url: value }
  throw badBlock(piece, `missing field \`${field}\``)
}

function need(of: JsonObject, field: string, piece: JsonObject): string {
  const { [field]: value } = of
  if (typeof value === 'string') return value
  if (value === undefined) throw badBlock(piece, `missing field \`${field}\``)
  throw badBlock(piece, `invalid type: ${describe(value)}, expected a string`)
}

function badBlock(piece: JsonObject, why: string): GatewayError {
  const what = hasOwnKey(piece) ? 'TensorZero content block' : 'content block'
  return openaiInvalid(`Invalid ${what}: ${why}`)
}

function hasOwnKey(piece: JsonObject): boolean {
  return Object.keys(piece).some((key) => key.startsWith('tensorzero::'))
}
