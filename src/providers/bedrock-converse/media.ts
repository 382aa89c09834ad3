import type { Part } from '../../domain/chat.ts'
import { asObject, asString, type JsonObject } from '../../lib/json.ts'

/** Amazon's names for formats, where they are not the ends of the MIME types. */
const FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'audio/mpeg': 'mp3',
  'video/quicktime': 'mov',
  'video/3gpp': 'three_gp',
  'video/x-matroska': 'mkv',
  'video/x-flv': 'flv',
  'video/x-ms-wmv': 'wmv',
}

/** Amazon's name for the format of a file. */
export function formatOf(mimeType: string): string {
  return FORMATS[mimeType] ?? mimeType.replace(/^.*\/(x-)?/, '').replace('jpg', 'jpeg')
}

/**
 * A picture, sound, film or document of the model's as a file, its bytes here or in S3; null for any
 * other block. Source: Amazon Bedrock API reference, "ImageBlock", "AudioBlock", "VideoBlock",
 * "DocumentBlock".
 */
export function filePart(block: JsonObject): Part | null {
  for (const kind of ['image', 'audio', 'video', 'document']) {
    const file = asObject(block[kind])
    const source = asObject(file?.['source'])
    if (!file || !source) continue
    const mimeType = typeOf(kind, asString(file['format']))
    const data = asString(source['bytes'])
    const inline = data === undefined ? undefined : `data:${mimeType};base64,${data}`
    const url = inline ?? asString(asObject(source['s3Location'])?.['uri'])
    if (url !== undefined) return { type: 'file', url, mimeType }
  }
  return null
}

function typeOf(kind: string, format: string | undefined): string {
  const known = Object.entries(FORMATS).filter(([, each]) => each === format)
  if (kind === 'document') return known[0]?.[0] ?? 'application/octet-stream'
  const renamed = known.find(([type]) => type.startsWith(`${kind}/`))?.[0]
  return renamed ?? `${kind}/${format ?? 'png'}`
}
