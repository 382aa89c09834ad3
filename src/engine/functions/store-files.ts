import type { FileBlock, StoragePath } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input, InputBlock } from '../../domain/input.ts'
import { blake3Hex } from '../../lib/hash.ts'
import type { Ask } from '../ask.ts'
import type { Engine } from '../engine.ts'
import type { Task } from './task.ts'

const NOT_CONFIGURED =
  'Object storage is not configured. You must configure object storage before making requests containing a `file` content block. If you don\'t want to use object storage, you can explicitly set `object_storage.type = "disabled"` in your configuration.'

/**
 * The input with each file that came with it noted by its place in the object storage. Files are put
 * there meanwhile: nobody waits, and what fails is a warning.
 */
export function storeFiles(
  { files }: Engine,
  noted: { readonly warnings: string[]; readonly ask: Pick<Ask, 'dryrun'> },
  { input, asIs }: Task,
): Input {
  const some = input.messages.some(({ content }) => content.some(({ type }) => type === 'file'))
  // A plain model's request goes on as it came, to wherever that is.
  if (!some || (!files && asIs)) return input
  if (!files) throw new GatewayError('invalid_request', NOT_CONFIGURED, { param: 'input' })
  const kept = (block: InputBlock): InputBlock => {
    const inline = block.type === 'file' ? /^data:([^;,]*);base64,(.*)$/s.exec(block.url) : null
    if (block.type !== 'file' || !inline) return block
    const [, mimeType = '', base64 = ''] = inline
    const path = pathOf(files.prefix, base64, mimeType)
    if (!noted.ask.dryrun) {
      files
        .put(path, Buffer.from(base64, 'base64'), mimeType)
        .then(undefined, (thrown: unknown) => {
          noted.warnings.push(`a file could not be kept: ${GatewayError.from(thrown).message}`)
        })
    }
    return withPath(block, { kind: files.kind, path })
  }
  return {
    ...input,
    messages: input.messages.map((message) => ({ ...message, content: message.content.map(kept) })),
  }
}

function withPath(block: FileBlock, storagePath: StoragePath): FileBlock {
  return { ...block, storagePath }
}

/** By the text in base64, as TensorZero has it, not by the bytes that it means. */
function pathOf(prefix: string, base64: string, mimeType: string): string {
  return `${prefix}observability/files/${blake3Hex(base64)}.${extensionOf(mimeType)}`
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
