import { z } from 'zod'
import type { Block, FileBlock, StoragePath, Thought } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input, InputBlock } from '../../domain/input.ts'
import { asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import { sniffBase64 } from '../../lib/sniff.ts'
import { compact } from '../compact.ts'
import { describe, oneOf, struct, unknownVariant } from '../serde.ts'
import { decodeUnknown } from './unknown-block.ts'

export const GivenInput = struct({
  system: z.union([z.string(), z.record(z.string(), z.json())]).nullish(),
  messages: z
    .array(
      struct({
        role: oneOf(['user', 'assistant']),
        content: z.union([
          z.string(),
          z.array(z.record(z.string(), z.json())),
          z.record(z.string(), z.json()),
        ]),
      }),
    )
    .default([]),
})

/** TensorZero's `input` in our nouns. Throws `GatewayError` (400) for blocks it does not know. */
export function decodeInput({ system, messages }: z.infer<typeof GivenInput>): Input {
  return {
    ...(system !== null && system !== undefined && { system }),
    messages: messages.map(({ role, content }, index) => ({
      role,
      content: decodeContent(content, role, `input.messages[${index}].content`),
    })),
  }
}

/** A text, blocks, or (the older way) the arguments of the role's template. */
function decodeContent(
  content: string | JsonObject | readonly JsonObject[],
  role: string,
  place: string,
): InputBlock[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (isList(content)) {
    return content.map((block, at) => decodeBlock(block, role, `${place}[${at}]`))
  }
  return [{ type: 'template', name: role, arguments: content }]
}

function isList(content: JsonObject | readonly JsonObject[]): content is readonly JsonObject[] {
  return Array.isArray(content)
}

const TYPES = [
  'text',
  'template',
  'tool_call',
  'tool_result',
  'raw_text',
  'thought',
  'file',
  'unknown',
]

function decodeBlock(block: JsonObject, role: string, place: string): InputBlock {
  const type = asString(block['type'])
  switch (type) {
    case 'text':
      return decodeText(block, role, place)
    case 'template':
      return {
        type,
        name: need(block, 'name', place),
        arguments: needMap(block, 'arguments', place),
      }
    case 'raw_text':
      return { type, value: need(block, 'value', place) }
    case 'tool_call':
      return decodeCall(block, place)
    case 'tool_result': {
      const name = need(block, 'name', place)
      return { type, id: need(block, 'id', place), name, result: need(block, 'result', place) }
    }
    case 'thought':
      return decodeThought(block)
    case 'file':
    case 'image':
      return decodeFile(block, place)
    case 'unknown':
      return decodeUnknown(block)
    case undefined:
      throw refuse(`${place}: missing field \`type\``)
    default:
      throw refuse(`${place}: ${unknownVariant(type, TYPES)}`)
  }
}

function decodeText(block: JsonObject, role: string, place: string): InputBlock {
  const keys = Object.keys(block).filter((key) => key !== 'type')
  const [key] = keys
  if (keys.length !== 1 || key === undefined) {
    const count = `found ${keys.length} other keys`
    throw refuse(`${place}: Expected exactly one other key in text content, ${count}`)
  }
  if (key === 'text') {
    const text = asString(block['text'])
    if (text !== undefined) return { type: 'text', text }
  } else if (key === 'arguments') {
    const args = asObject(block['arguments'])
    if (args) return { type: 'template', name: role, arguments: args }
  } else {
    throw refuse(`${place}: Unknown key \`${key}\` in text content`)
  }
  const wanted = key === 'text' ? 'a string' : 'a map'
  const found = `invalid type: ${describe(block[key])}, expected ${wanted}`
  throw refuse(`${place}: Error deserializing \`${key}\`: ${found}`)
}

/** Calls come back as they were given out (`raw_name`), or in short. */
function decodeCall(block: JsonObject, place: string): Block {
  const args = block['raw_arguments'] ?? block['arguments'] ?? ''
  return {
    type: 'tool_call',
    id: need(block, 'id', place),
    name: asString(block['raw_name']) ?? need(block, 'name', place),
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  }
}

export function decodeThought(block: JsonObject): Thought {
  const extra = asObject(block['extra_data'])
  const details = objectsIn(extra?.['reasoning_details'])
  const summary = objectsIn(block['summary']).flatMap((piece) => asString(piece['text']) ?? [])
  return {
    type: 'thought',
    text: asString(block['text']) ?? null,
    ...compact({
      signature: asString(block['signature']),
      summary: summary.length > 0 ? summary : undefined,
      providerType: asString(block['provider_type']) ?? asString(block['_internal_provider_type']),
      data: asString(extra?.['data']),
      id: asString(extra?.['id']),
      format: asString(extra?.['format']),
      details: details.length > 0 ? details : undefined,
    }),
  }
}

/** With `file_type`, or (the older way) told apart by its fields. */
function decodeFile(block: JsonObject, place: string): FileBlock {
  const data = asString(block['data'])
  const source = asString(block['source_url'])
  const mimeType = asString(block['mime_type'])
  const kept = asObject(block['storage_path'])
  const common = compact({
    filename: asString(block['filename']),
    detail: detailOf(block, place),
    ...(kept && { storagePath: storagePathOf(kept, place), sourceUrl: source }),
  })
  if (data !== undefined) {
    const type = mimeType ?? sniffed(data, place)
    return { type: 'file', url: `data:${type};base64,${data}`, mimeType: type, ...common }
  }
  if (kept) return { type: 'file', url: '', ...compact({ mimeType }), ...common }
  const url = asString(block['url']) ?? source
  if (url === undefined) throw refuse(`${place}: missing field \`${missing(block)}\``)
  if (!URL.canParse(url)) throw refuse(`${place}: relative URL without a base: ${url}`)
  return { type: 'file', url, ...compact({ mimeType }), ...common }
}

function missing({ file_type: type }: JsonObject): string {
  if (type === 'base64') return 'data'
  return asString(type)?.startsWith('object_storage') ? 'storage_path' : 'url'
}

/** Whether there is such a file, and whether it is ours to read, is seen when it is needed. */
function storagePathOf(kept: JsonObject, place: string): StoragePath {
  const path = need(kept, 'path', `${place}.storage_path`)
  return { kind: needMap(kept, 'kind', `${place}.storage_path`), path }
}

function sniffed(data: string, place: string): string {
  if (data.startsWith('data:')) {
    throw refuse(
      `${place}: The \`data\` field must not contain \`data:\` prefix. Instead, it should be the pure base64-encoded data only.`,
    )
  }
  const type = sniffBase64(data)
  if (type !== null) return type
  throw refuse(`${place}: No mime type provided and unable to infer from data`)
}

function detailOf(block: JsonObject, place: string): string | undefined {
  const detail = asString(block['detail'])
  if (detail === undefined || DETAILS.includes(detail)) return detail
  throw refuse(`${place}: ${unknownVariant(detail, DETAILS)}`)
}

const DETAILS = ['low', 'high', 'auto']

function needMap(block: JsonObject, field: string, place: string): JsonObject {
  const { [field]: value } = block
  const map = asObject(value)
  if (map) return map
  if (value === undefined) throw refuse(`${place}: missing field \`${field}\``)
  throw refuse(`${place}: invalid type: ${describe(value)}, expected a map`)
}

function need(block: JsonObject, field: string, place: string): string {
  const { [field]: value } = block
  if (typeof value === 'string') return value
  if (value === undefined) throw refuse(`${place}: missing field \`${field}\``)
  throw refuse(`${place}: invalid type: ${describe(value)}, expected a string`)
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'input' })
}
