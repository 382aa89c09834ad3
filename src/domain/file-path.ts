import { blake3Hex } from '../lib/hash.ts'

/**
 * Where a file is kept, or would be: named after its text in base64, as TensorZero has it, not after
 * the bytes that it means.
 */
export function pathOfFile(base64: string, mimeType: string): string {
  return `observability/files/${blake3Hex(base64)}.${extensionOf(mimeType)}`
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'audio/mpeg': 'mp3',
  'audio/x-wav': 'wav',
  'audio/mp4': 'm4a',
  'video/quicktime': 'mov',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
}

function extensionOf(mimeType: string): string {
  const type = mimeType.toLowerCase()
  const usual = type.split('/')[1]?.replaceAll(/[^a-z0-9]/g, '') ?? ''
  return EXTENSIONS[type] ?? (usual === '' ? 'bin' : usual)
}
