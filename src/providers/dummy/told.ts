import type { ChatRequest, FileBlock } from '../../domain/chat.ts'
import { pathOfFile } from '../../domain/file-path.ts'
import { type InputBlock, inputOf } from '../../domain/input.ts'
import { storedBlock } from '../../domain/native-blocks.ts'
import { splitDataUrl } from '../../lib/data-url.ts'
import { asArray, asObject, type Json, type JsonObject } from '../../lib/json.ts'
import type { Encoded } from '../provider.ts'

/** A conversation as TensorZero's requests to models have it: what its models for tests say back. */
export function encodeAsTold({ messages }: ChatRequest): Encoded {
  const { system = null, messages: said } = inputOf(messages)
  const told = said.map(({ role, content }) => ({ role, content: content.map(blockOf) }))
  return { body: { system, messages: told }, dropped: [] }
}

/** The files of such a conversation. */
export function filesIn(told: JsonObject): Json[] {
  return asArray(told['messages'])
    .flatMap((message) => asArray(asObject(message)?.['content']))
    .flatMap((block) => {
      const { type, ...file } = asObject(block) ?? {}
      return type === 'file' ? [file] : []
    })
}

/** As it is stored, but for the order of a result's fields, and for a file's words. */
function blockOf(block: InputBlock): JsonObject {
  switch (block.type) {
    case 'tool_result':
      return { type: 'tool_result', name: block.name, result: block.result, id: block.id }
    case 'file':
      return { type: 'file', ...fileOf(block) }
    default:
      return storedBlock(block)
  }
}

/** Bytes come with the place where they are stored, or would be. */
function fileOf({
  url,
  mimeType,
  filename,
  detail,
  sourceUrl,
  storagePath,
}: FileBlock): JsonObject {
  const { type = '', data } = splitDataUrl(url)
  const seen = detail === undefined ? {} : { detail }
  if (data === undefined) {
    const named = { url, mime_type: mimeType ?? null, ...seen, filename: filename ?? null }
    return { Url: { file_url: named } }
  }
  const mime = mimeType ?? type
  const kept = storagePath ?? { kind: { type: 'disabled' }, path: pathOfFile(data, mime) }
  return {
    Base64: {
      source_url: sourceUrl ?? null,
      mime_type: mime,
      storage_path: { ...kept },
      ...seen,
      ...(filename !== undefined && { filename }),
      data,
    },
  }
}
